// Takes each hit path a number of times, for a tool that counts instructions.
//
//   hit_paths PATH TIMES
//
// Delays are those of virtual time, where actors take turns in one thread in a
// fixed order: equal runs take equal instructions. Tokens end by the machine's
// wall clock, as they do for users.

#include <bearer/meta_objects.hpp>
#include <bearer/reader.hpp>

#include "support/client.hpp"
#include "support/scene.hpp"

#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <string>

namespace {

using namespace bearer;
using namespace bearer::test;

token long_lived_token() {
  return make_token("secret", caf::make_timestamp(), std::chrono::hours{1});
}

/// Everything there before the counting: a bearer with a token.
struct ready {
  ready() {
    source.replies_with(long_lived_token());
    const auto answer = ask<token>(time.sys(), bearer.actor(), fetch_atom_v,
                                   fetch_options{});
    time.settle();
    if (answer->values.empty())
      std::abort();
  }

  virtual_time time;
  scripted_source source{time.sys()};
  handle bearer = *spawn(time.sys(), source.actor(), exact());
};

/// Asks `whom` again and again, each time when the answer has come.
template <class Handle>
void ask_in_turn(ready& s, const Handle& whom, const fetch_options& opts,
                 long times) {
  struct asker {
    caf::event_based_actor* self;
    Handle whom;
    fetch_options opts;
    long left;

    void next() {
      if (left-- == 0)
        return;
      detail::mail(self, fetch_atom_v, opts)
        .request(whom, caf::infinite)
        .then([this](const token&) { next(); },
              [](const caf::error& err) {
                std::cerr << to_string(err) << '\n';
                std::abort();
              });
    }
  };
  s.time.sys().spawn([&](caf::event_based_actor* self) {
    auto state = std::make_shared<asker>(asker{self, whom, opts, times});
    self->attach_functor([state] { /* keeps it while the actor lives */ });
    state->next();
  });
  s.time.settle();
}

/// What the slot leaves to the cache, though any token will do.
fetch_options by_message() {
  auto result = fetch_options{};
  result.newer_than = generation{};
  return result;
}

using path = std::function<void(ready&, long times)>;

const auto paths = std::map<std::string, path>{
  {"fetch",
   [](ready& s, long times) { ask_in_turn(s, s.bearer.actor(), {}, times); }},
  {"receiver",
   [](ready& s, long times) {
     ask_in_turn(s, s.bearer.receiver(), {}, times);
   }},
  {"receiver-by-message",
   [](ready& s, long times) {
     ask_in_turn(s, s.bearer.receiver(), by_message(), times);
   }},
  {"whole-request",
   [](ready& s, long times) {
     for (long i = 0; i < times; ++i)
       ask_in_turn(s, s.bearer.receiver(), {}, 1);
   }},
  {"whole-request-by-message",
   [](ready& s, long times) {
     for (long i = 0; i < times; ++i)
       ask_in_turn(s, s.bearer.receiver(), by_message(), 1);
   }},
  {"blocking-fetch",
   [](ready& s, long times) {
     for (long i = 0; i < times; ++i)
       if (!s.bearer.fetch())
         std::abort();
   }},
  {"fast-read",
   [](ready& s, long times) {
     auto reader = s.bearer.reader();
     for (long i = 0; i < times; ++i)
       if (reader.read() == nullptr)
         std::abort();
   }},
};

} // namespace

int main(int argc, char** argv) {
  if (argc != 3 || paths.count(argv[1]) == 0) {
    std::cerr << "usage: hit_paths PATH TIMES; the paths are:";
    for (const auto& [name, take] : paths)
      std::cerr << ' ' << name;
    std::cerr << '\n';
    return EXIT_FAILURE;
  }
  init_global_meta_objects();
  ready s;
  paths.at(argv[1])(s, std::strtol(argv[2], nullptr, 10));
}
