#include <bearer/error.hpp>
#include <bearer/source/file_source.hpp>

#include "support/real_time.hpp"
#include "support/temp_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace bearer;
using namespace bearer::test;
using namespace std::chrono_literals;

namespace {

struct fixture {
  real_system real;
  temp_folder folder;

  caf::expected<token> read(const std::string& path,
                            const file_source_options& options = {}) {
    auto source = file_source(real.sys, path, options);
    if (!source)
      return source.error();
    return ask(real.sys, *source);
  }

  /// Reads something that must fail; the error names the path.
  std::string failure(const std::string& path, errc code,
                      const file_source_options& options = {}) {
    auto result = read(path, options);
    CHECK(error_of(result) == code);
    CHECK(contains(error_text(result), path));
    CHECK_FALSE(contains(error_text(result), "CANARY"));
    return error_text(result);
  }
};

void set_modified(const std::string& path, const timespec& when) {
  const timespec times[2] = {{0, UTIME_OMIT}, when};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

void set_modified(const std::string& path, caf::timestamp when) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
  const auto rest = when - seconds;
  set_modified(path,
               timespec{seconds.time_since_epoch().count(), rest.count()});
}

} // namespace

TEST_CASE_METHOD(fixture, "a file is read with its refresh period") {
  auto path = folder.write("token", "abc\n");
  auto options = file_source_options{};
  options.refresh_period = 7s;
  auto result = read(path, options);
  CHECK(secret_of(result) == "abc");
  CHECK(result->refresh_after == 7s);
  CHECK_FALSE(result->expires_at);
  CHECK(read(path)->refresh_after == 1min);
}

TEST_CASE_METHOD(fixture, "a file is read anew at each attempt") {
  auto path = folder.write("token", "first");
  auto source = *file_source(real.sys, path);
  CHECK(secret_of(ask(real.sys, source)) == "first");
  std::filesystem::rename(folder.write("next", "second"), path);
  CHECK(secret_of(ask(real.sys, source)) == "second");
  folder.write("token", "");
  CHECK(error_of(ask(real.sys, source)) == errc::empty_token);
  folder.write("token", R"({"token": "third", "expires_at": 1700000000})");
  auto result = ask(real.sys, source);
  CHECK(secret_of(result) == "third");
  CHECK(result->expires_at == caf::timestamp{1'700'000'000s});
  std::filesystem::remove(path);
  CHECK(error_of(ask(real.sys, source)) == errc::unreadable_token);
  folder.write("token", "fourth");
  CHECK(secret_of(ask(real.sys, source)) == "fourth");
}

TEST_CASE_METHOD(fixture, "a rejected token is read again") {
  auto source = *file_source(real.sys, folder.write("token", "abc"));
  auto what = make_attempt();
  what.reason = attempt_reason::rejected;
  what.previous = *ask(real.sys, source);
  CHECK(secret_of(ask(real.sys, source, what)) == "abc");
}

TEST_CASE_METHOD(fixture, "expires_in counts from the file's modification") {
  auto path = folder.write("token", R"({"access_token":"a","expires_in":60})");
  auto options = file_source_options{};
  const auto now = caf::timestamp{1'700'000'000s};
  options.clock = [now] { return now; };
  set_modified(path, now - 45s - 5ns);
  CHECK(read(path, options)->expires_at == now + 15s - 5ns);
  // A modification in the future is none.
  set_modified(path, now + 1h);
  CHECK(read(path, options)->expires_at == now + 60s);
}

TEST_CASE_METHOD(fixture, "a modification beyond the range of timestamps stays "
                          "in the future or the past") {
  // They go from 1677 to 2262. File systems with a smaller range keep the time
  // that comes closest.
  constexpr auto year_1600 = timespec{-11'676'096'000, 0};
  constexpr auto year_2300 = timespec{10'413'792'000, 0};
  auto path = folder.write("token",
                           R"({"access_token": "x", "expires_in": 3600})");
  auto options = file_source_options{};
  const auto now = caf::timestamp{1'700'000'000s};
  options.clock = [now] { return now; };
  set_modified(path, now);
  const auto written_now = read(path, options)->expires_at;
  CHECK(written_now == now + 3600s);
  set_modified(path, year_2300);
  CHECK(read(path, options)->expires_at == written_now);
  set_modified(path, year_1600);
  CHECK(read(path, options)->expires_at.value() < now);
}

TEST_CASE_METHOD(fixture, "what is no token is an error that names the path") {
  failure(folder.write("a", ""), errc::empty_token);
  failure(folder.write("b", " \n"), errc::empty_token);
  failure(folder.write("c", "CANARY\nCANARY\n"), errc::malformed_token);
  failure(folder.write("d", "\x7f"
                            "ELF CANARY"),
          errc::malformed_token);
  failure(folder.write("e", R"({"token": "CANARY)"), errc::unreadable_token);
}

TEST_CASE_METHOD(fixture, "a missing file is an error that says so") {
  CHECK(contains(failure(folder.path("none"), errc::unreadable_token),
                 "No such file"));
  CHECK(contains(failure(folder.path("none/file"), errc::unreadable_token),
                 "No such file"));
}

TEST_CASE("a file without permission is an error that says so") {
  temp_folder folder;
  auto path = folder.write("token", "CANARY");
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  // Root must step down to be forbidden anything. The threads of the actor
  // system inherit it.
  constexpr auto nobody = 65534;
  if (::geteuid() == 0)
    ::setfsuid(nobody);
  auto text = std::string{};
  {
    real_system real;
    auto result = ask(real.sys, *file_source(real.sys, path));
    CHECK(error_of(result) == errc::unreadable_token);
    text = error_text(result);
  }
  ::setfsuid(::geteuid());
  CHECK(contains(text, path));
  CHECK(contains(text, "Permission denied"));
}

TEST_CASE_METHOD(fixture, "only regular files are read") {
  auto fifo = folder.path("fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(contains(failure(fifo, errc::unreadable_token), "FIFO"));
  CHECK(contains(failure(folder.path("."), errc::unreadable_token), "folder"));
  CHECK(contains(failure("/dev/zero", errc::unreadable_token), "device"));
  auto link = folder.path("link");
  std::filesystem::create_symlink(folder.write("token", "abc"), link);
  CHECK(secret_of(read(link)) == "abc");
}

TEST_CASE_METHOD(fixture, "a file may be as long as the limit and no longer") {
  auto options = file_source_options{};
  options.max_size = 10;
  CHECK(secret_of(read(folder.write("fits", "0123456789"), options))
        == "0123456789");
  CHECK(contains(failure(folder.write("long", "0123456789a"),
                         errc::unreadable_token, options),
                 "10 bytes"));
  auto huge = folder.write("huge", "a");
  std::filesystem::resize_file(huge, std::uintmax_t{1} << 40);
  CHECK(contains(failure(huge, errc::unreadable_token), "65536 bytes"));
  CHECK(secret_of(read(folder.write("max", std::string(65'536, 'a')))).size()
        == 65'536);
}

TEST_CASE_METHOD(fixture, "a tilde stands for the home") {
  auto home = scoped_variable{"HOME", folder.path().c_str()};
  folder.write("token", "abc");
  CHECK(secret_of(read("~/token")) == "abc");
  CHECK(contains(error_text(read("~")), "folder"));
  CHECK(contains(error_text(read("~/none")), folder.path("none")));
}

TEST_CASE_METHOD(fixture, "without HOME the user database tells the home") {
  auto home = scoped_variable{"HOME", nullptr};
  const auto* entry = ::getpwuid(::getuid());
  REQUIRE(entry != nullptr);
  const auto expected = std::string{entry->pw_dir} + "/no-such-token";
  const auto user = std::string{entry->pw_name};
  CHECK(contains(error_text(read("~/no-such-token")), expected));
  CHECK(contains(error_text(read("~" + user + "/no-such-token")), expected));
}

TEST_CASE_METHOD(fixture, "a relative path stays where it was") {
  folder.write("token", "abc");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  auto source = file_source(real.sys, "token");
  std::filesystem::current_path(before);
  REQUIRE(source);
  CHECK(secret_of(ask(real.sys, *source)) == "abc");
}

TEST_CASE_METHOD(fixture, "bad parameters are refused by name") {
  auto refused = [&](const std::string& path, file_source_options options) {
    auto result = file_source(real.sys, path, std::move(options));
    CHECK(error_of(result) == errc::invalid_setting);
    return error_text(result);
  };
  CHECK(contains(refused("", {}), "path"));
  CHECK(contains(refused(std::string{"a\0b", 3}, {}), "path"));
  CHECK(contains(refused("~no-such-user/x", {}), "~no-such-user"));
  auto options = file_source_options{};
  options.refresh_period = 0s;
  CHECK(contains(refused("x", options), "refresh_period"));
  options = {};
  options.max_size = 0;
  CHECK(contains(refused("x", options), "max_size"));
  options.max_size = file_source_options::max_max_size + 1;
  CHECK(contains(refused("x", options), "max_size"));
  options = {};
  options.clock = nullptr;
  CHECK(contains(refused("x", options), "clock"));
}
