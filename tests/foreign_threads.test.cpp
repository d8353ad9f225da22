#include <bearer/family.hpp>
#include <bearer/source/bearer_source.hpp>
#include <bearer/source/environment_source.hpp>
#include <bearer/source/function_source.hpp>
#include <bearer/source/static_source.hpp>

#include "support/foreign_thread.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

TEST_CASE("an actor system ends while a thread lives that has fetched",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { (void)bearer.fetch(); }));
}

TEST_CASE("an actor system ends while a thread lives that asked for the status",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { (void)bearer.status(); }));
}

TEST_CASE("an actor system ends while a thread lives that closed a bearer",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { bearer.close(1s); }));
}

TEST_CASE("an actor system ends while a thread lives that had a receiver",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) { (void)bearer.receiver(); }));
}

TEST_CASE("an actor system ends while a thread lives that has spawned a bearer",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) {
    auto& sys = bearer.actor().home_system();
    (void)*spawn(sys, static_source(sys, "abc"));
    (void)*spawn(sys, bearer);
  }));
}

TEST_CASE("an actor system ends while a thread lives that has made a source",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) {
    (void)function_source(bearer.actor().home_system(), [] { return token{}; });
  }));
  CHECK(ends_after([](const handle& bearer) {
    (void)environment_source(bearer.actor().home_system(), "TOKEN");
  }));
  CHECK(ends_after([](const handle& bearer) {
    (void)bearer_source(bearer.actor().home_system(), bearer.actor());
  }));
}

TEST_CASE("an actor system ends while a thread lives that had a family",
          "[lifetime]") {
  CHECK(ends_after([](const handle& bearer) {
    auto& sys = bearer.actor().home_system();
    const auto all = *spawn_family(sys, [&sys](const std::string& key) {
      return static_source(sys, key);
    });
    (void)all.fetch("abc");
    (void)all.status();
    all.close(1s);
  }));
}
