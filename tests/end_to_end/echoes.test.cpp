#include "support/heard_request.hpp"
#include "support/oauth/message.hpp"
#include "support/tcp_server.hpp"

#include "end_to_end/outcome.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace bearer;
using namespace bearer::test;

// A server that repeats what it was told must not be quoted with it.

namespace {

// -- what was told ------------------------------------------------------------

/// Long enough to be found, too short to look like a token by itself, and not
/// the same after form-encoding.
constexpr auto odd_secret = std::string_view{"p&ss=w/rd+1;x%y"};

/// The secrets of a request, as they were sent and as they are meant.
std::vector<std::string> secrets_in(const heard_request& what) {
  auto result = std::vector<std::string>{};
  auto form = std::istringstream{what.body};
  for (auto pair = std::string{}; std::getline(form, pair, '&');) {
    const auto name = pair.substr(0, pair.find('='));
    const auto value = pair.substr(name.size() + 1);
    for (const auto* x : {"assertion", "client_assertion", "client_secret",
                          "password", "pin", "refresh_token", "subject_token"})
      if (name == x)
        result.insert(result.end(), {value, form_decoded(value)});
  }
  for (const auto* name : {"Authorization", "X-Api-Key"})
    if (const auto value = field_value(what, name); !value.empty())
      result.push_back(value.substr(value.find(' ') + 1));
  return result;
}

/// Like mail programs break it, in parts that do not look like tokens.
std::string in_lines(const std::string& text) {
  auto result = std::string{};
  for (auto i = std::size_t{0}; i < text.size(); i += 12)
    result += text.substr(i, 12) + ' ';
  return result;
}

/// What can be made of a request to tell of it.
std::vector<std::string> tales(const heard_request& what) {
  auto result = std::vector{what.body, form_decoded(what.body)};
  for (const auto& x : secrets_in(what))
    result.insert(result.end(), {x, in_lines(x)});
  return result;
}

// -- where it is repeated -----------------------------------------------------

/// An answer with this text in it.
using echo = std::function<http_answer(const std::string&)>;

http_answer json(const char* status, const json_object& what) {
  return {status, what.text(), "Content-Type: application/json\r\n"};
}

std::string one_line(std::string text) {
  std::ranges::replace_if(
    text, [](char c) { return c == '\r' || c == '\n'; }, ' ');
  return text;
}

std::vector<std::pair<std::string, echo>> echoes() {
  const auto granted = [](const char* name, const char* after = "") -> echo {
    return [=](const std::string& x) {
      auto what = json_object{};
      if (name != std::string_view{"access_token"})
        what.add("access_token", "abc");
      return json("200 OK", what.add(name, x + after));
    };
  };
  const auto described = [](const char* status) -> echo {
    return [=](const std::string& x) {
      return json(status, json_object{}
                            .add("error", "invalid_grant")
                            .add("error_description", "No: " + x));
    };
  };
  const auto plain = [](const char* status) -> echo {
    return [=](const std::string& x) { return http_answer{status, x, {}}; };
  };
  const auto field = [](const char* status, const char* before) -> echo {
    return [=](const std::string& x) {
      return http_answer{status, "no", before + one_line(x).append("\r\n")};
    };
  };
  return {
    {"description", described("400 Bad Request")},
    {"description of an illness", described("500 Internal Server Error")},
    {"description with success", described("200 OK")},
    {"code",
     [](auto& x) {
       return json("400 Bad Request", json_object{}.add("error", x));
     }},
    {"body of a refusal", plain("400 Bad Request")},
    {"body of an illness", plain("500 Internal Server Error")},
    {"body", plain("200 OK")},
    {"broken JSON",
     [](auto& x) {
       return http_answer{"200 OK", R"({"access_token":")" + x, {}};
     }},
    {"token", granted("access_token", " ")},
    {"type of the token", granted("token_type")},
    {"lifetime", granted("expires_in")},
    {"refresh token", granted("refresh_token", "\n")},
    {"content type", field("200 OK", "Content-Type: ")},
    {"challenge", field("401 Unauthorized", "WWW-Authenticate: Basic realm=")},
    {"redirect elsewhere",
     field("307 Temporary Redirect", "Location: http://192.0.2.1/")},
    {"redirect that drops the body", field("302 Found", "Location: /")},
    {"redirect that is followed",
     field("307 Temporary Redirect", "Location: /followed/")},
    {"no URL", field("307 Temporary Redirect", "Location: http://")},
    {"reason",
     [](auto& x) {
       return http_answer{"400 " + one_line(x), {}, {}};
     }},
  };
}

/// A token endpoint that has read everything and repeats a part of it.
class parrot {
public:
  std::string url() const {
    return server_.url("/token");
  }

  /// What to repeat next, and where.
  void repeat(std::size_t which, echo where) {
    const auto guard = std::lock_guard{mutex_};
    which_ = which;
    where_ = std::move(where);
  }

  /// The secrets of the latest request.
  std::vector<std::string> secrets() const {
    const auto guard = std::lock_guard{mutex_};
    return secrets_;
  }

  /// How many things there were to repeat in the latest request.
  std::size_t tales_heard() const {
    const auto guard = std::lock_guard{mutex_};
    return count_;
  }

private:
  void serve(connection& to, const heard_request& what) {
    if (contains(what.line, " /followed/")) {
      to.reset();
      return;
    }
    const auto guard = std::lock_guard{mutex_};
    secrets_ = secrets_in(what);
    const auto all = tales(what);
    count_ = all.size();
    const auto answer = where_(all.at(which_));
    to.answer(answer.body, answer.status, answer.fields);
  }

  mutable std::mutex mutex_;
  std::size_t which_ = 0;
  std::size_t count_ = 0;
  echo where_;
  std::vector<std::string> secrets_;
  // Last: its threads use the rest.
  tcp_server server_{each_request(
    [this](connection& to, const heard_request& what) { serve(to, what); })};
};

// -- who tells it -------------------------------------------------------------

struct teller {
  const char* name;
  oauth2::client_authentication how = oauth2::public_client{};
  oauth2::grant grant = oauth2::client_credentials{};
};

const oauth2::signing_key& own_key() {
  static const auto result = signing_with(make_ec_key("P-256"),
                                          oauth2::algorithm::es256);
  return result;
}

oauth2::signed_assertion made_here() {
  auto result = oauth2::signed_assertion{};
  result.key = own_key();
  result.issuer = "me";
  result.subject = "me";
  return result;
}

std::vector<teller> tellers() {
  const auto odd = secret{odd_secret};
  auto key = oauth2::private_key_jwt{};
  key.key = own_key();
  auto exchange = oauth2::token_exchange{};
  exchange.subject_token = made_here();
  return {
    {"secret in the header", oauth2::client_secret_basic{odd}},
    {"secret in the body", oauth2::client_secret_post{odd}},
    {"client's assertion", key},
    {"assertion that is made", {}, oauth2::jwt_bearer{made_here()}},
    {"assertion that is given", {}, oauth2::jwt_bearer{odd}},
    {"exchange", {}, exchange},
    {"refresh token", {}, oauth2::refresh_token{odd, {}}},
    {"password", {}, oauth2::password{"jane", odd}},
  };
}

oauth2::options options_of(const teller& who, const parrot& server) {
  auto result = oauth2::options{};
  result.token_endpoint = server.url();
  result.client_id = "me";
  result.authentication = who.how;
  result.grant = who.grant;
  result.parameters = {{"pin", "one/two;three"}};
  result.fields = {{"X-Api-Key", secret{"four=five;six"}}};
  return result;
}

bool shows_any(const std::string& text,
               const std::vector<std::string>& secrets) {
  return std::ranges::any_of(secrets,
                             [&](const auto& x) { return shows(text, x); });
}

} // namespace

TEST_CASE("whatever a server repeats of a request, no error shows its secrets",
          "[oauth2][end_to_end][I19]") {
  const auto environment = no_http_environment{};
  parrot server;
  real_system real;
  for (const auto& who : tellers()) {
    const auto source = must(oauth2_source(real.sys, options_of(who, server)));
    for (const auto& [where, how] : echoes()) {
      auto which = std::size_t{0};
      do {
        server.repeat(which, how);
        const auto text = error_text(ask(real.sys, source));
        CAPTURE(who.name, where, which, text);
        REQUIRE(server.secrets().size() >= 4);
        CHECK_FALSE(shows_any(text, server.secrets()));
      } while (++which < server.tales_heard());
    }
  }
}
