/// Inside an application that has message types of its own: handles travel in
/// its messages, and CAF_MAIN takes both blocks of type IDs.

#include <bearer/bearer.hpp>
#include <bearer/source/static_source.hpp>
#include <bearer/type_ids.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/caf_main.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/type_id.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

namespace host {

/// Messages may hold a handle; copies of it name the same bearer.
struct job {
  std::string url;
  bearer::handle credentials;
};

template <class Inspector>
bool inspect(Inspector& f, job& x) {
  return f.object(x).fields(f.field("url", x.url),
                            f.field("credentials", x.credentials));
}

} // namespace host

// Beside libbearer's IDs, which begin at BEARER_FIRST_TYPE_ID.
CAF_BEGIN_TYPE_ID_BLOCK(host, caf::first_custom_type_id)

  CAF_ADD_TYPE_ID(host, (host::job))

CAF_END_TYPE_ID_BLOCK(host)

namespace {

/// Does one job.
caf::behavior worker(caf::event_based_actor* self) {
  return {
    [self](const host::job& what) {
      what.credentials.fetch(self).then(
        // Keeps the job, and with it the handle: when the last handle goes, the
        // bearer ends, and whoever waits for a token is told so.
        [self, what](const bearer::token& tok) {
          std::cout << "GET " << what.url << " with a token of "
                    << tok.access_token.size() << " characters\n";
          self->quit();
        },
        [self](const caf::error& err) {
          std::cout << "no token: " << to_string(err) << '\n';
          self->quit();
        });
    },
  };
}

int caf_main(caf::actor_system& sys) {
  auto api = bearer::spawn(sys, bearer::static_source(sys, "an-example"));
  if (!api) {
    std::cerr << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  auto self = caf::scoped_actor{sys};
  self->anon_send(sys.spawn(worker), host::job{"http://localhost/", *api});
  // The actor system waits for the worker, and for the bearer, which ends with
  // the last handle.
  return EXIT_SUCCESS;
}

} // namespace

// Programs without it call bearer::init_global_meta_objects() first of all.
CAF_MAIN(caf::id_block::bearer, caf::id_block::host)
