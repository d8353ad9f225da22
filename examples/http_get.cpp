/// Gets what is at a URL with the token from a file, as `curl` would with
/// `--oauth2-bearer`; except that a token which the server refuses is read
/// anew, and the request repeated.

#include <bearer/bearer.hpp>
#include <bearer/http/send.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/file_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: " << argv[0] << " URL TOKEN_FILE\n";
    return EXIT_FAILURE;
  }
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto api = bearer::spawn(sys, bearer::file_source(sys, argv[2]));
  if (!api) {
    std::cerr << "cannot spawn a bearer: " << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // Rather than wait for a token file that is not there.
  auto opts = bearer::fetch_options{};
  opts.report_error = true;
  // For threads; actors pass themselves first and go on with `.then(...)`.
  auto answer = bearer::http::send(*api, bearer::http::get(argv[1]), opts);
  if (!answer) {
    std::cerr << "no answer: " << to_string(answer.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << answer->status << '\n' << answer->body.view() << '\n';
}
