#pragma once

#include <bearer/family.hpp>

#include "support/scene.hpp"

#include <caf/event_based_actor.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bearer::test {

/// Settings without jitter for a family that lets bearers go after 100 seconds,
/// looking every 25.
inline family_settings exact_family() {
  auto result = family_settings{};
  result.idle_time = std::chrono::seconds{100};
  result.renewal = exact();
  return result;
}

/// A family on virtual time, every source of it a scripted one.
class family_scene {
public:
  explicit family_scene(const family_settings& settings = exact_family())
    : family(*spawn_family(time.sys(),
                           [this](const std::string& key) { return make(key); },
                           settings, {"scene", {}, time.clock()})) {
    // nop
  }

  /// The bearer of a key that gets one.
  handle get(std::string_view key) {
    return family.get(key).value();
  }

  /// Asks for a key that gets a bearer, and lets go of it at once.
  void touch(std::string_view key) {
    get(key);
  }

  /// The error of asking for a key that gets no bearer.
  caf::error refusal(std::string_view key) {
    return family.get(key).error();
  }

  /// A fetch by an actor that holds nothing, as far as it gets at the present
  /// time.
  pending_fetch fetch(std::string_view key, const fetch_options& opts = {}) {
    auto result = pending_fetch{};
    auto state = result.state_;
    time.sys().spawn([=, f = family, key = std::string{key}](
                       caf::event_based_actor* self) mutable {
      std::exchange(f, bearer::family{})
        .fetch(self, key, opts)
        .then([state](const token& tok) { state->answers.emplace_back(tok); },
              [state](const caf::error& err) {
                state->answers.emplace_back(err);
              });
    });
    time.settle();
    return result;
  }

  family_status status() {
    auto result = std::make_shared<std::optional<family_status>>();
    time.sys().spawn([result, f = family](caf::event_based_actor* self) {
      f.status(self).then([result](const family_status& x) { *result = x; },
                          [](const caf::error&) { /* shows in the result */ });
    });
    time.settle();
    return result->value();
  }

  /// Asks for a graceful end; the result is true when it is over.
  std::shared_ptr<const bool> close(caf::timespan grace) {
    auto result = std::make_shared<bool>(false);
    time.sys().spawn([=, f = family](caf::event_based_actor* self) {
      f.close(self, grace)
        .then([result] { *result = true; },
              [](const caf::error&) { /* shows in the result */ });
    });
    time.settle();
    return result;
  }

  /// The source that was made for this key last.
  scripted_source& source(const std::string& key) {
    return *sources.at(key).back();
  }

  /// How many sources were made for this key.
  std::size_t made(const std::string& key) const {
    const auto i = sources.find(key);
    return i == sources.end() ? 0 : i->second.size();
  }

  /// Whether the family holds a bearer for this key.
  bool has(const std::string& key) {
    return status().bearers.count(key) > 0;
  }

  virtual_time time;

  /// In place of a source, if set.
  caf::error factory_error;

  /// What sources do; by default they leave calls open.
  scripted_source::script script;

  std::map<std::string, std::vector<std::unique_ptr<scripted_source>>> sources;
  bearer::family family;

private:
  caf::expected<any_source> make(const std::string& key) {
    if (factory_error)
      return factory_error;
    auto& all = sources[key];
    all.push_back(std::make_unique<scripted_source>(time.sys()));
    all.back()->replies(script);
    return all.back()->actor();
  }
};

/// A script that gives a token which does not expire.
inline scripted_source::reply for_ever(const attempt&) {
  return make_token("for-ever");
}

} // namespace bearer::test
