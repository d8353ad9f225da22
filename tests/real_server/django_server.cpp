#include "django_server.hpp"

#include <filesystem>

namespace bearer::test {

namespace {

/// That of all clients, as `django_server.py` has it.
constexpr auto client_secret = "se cret:%+\u00e9";

constexpr auto credentials
  = "client_id=password&client_secret=se+cret%3A%25%2B%C3%A9";

} // namespace

django_server::django_server()
  : process_(http_, ca_.file(), [this](const server_process& process) {
      require_file("/usr/lib/python3/dist-packages/oauth2_provider");
      std::filesystem::remove(folder_.path("database"));
      return std::vector<std::string>{
        "/usr/bin/python3",    BEARER_DJANGO_SERVER,
        folder_.path(),        std::to_string(process.port()),
        identity_.certificate, identity_.key};
    }) {
  // nop
}

std::string django_server::issuer() const {
  return process_.url("/o");
}

std::string django_server::token_endpoint() const {
  return issuer() + "/token/";
}

std::string django_server::resource() const {
  return issuer() + "/userinfo/";
}

oauth2::options django_server::app() const {
  auto result = oauth2::options{};
  result.token_endpoint = token_endpoint();
  result.client_id = "client-credentials";
  result.authentication = oauth2::client_secret_post{secret{client_secret}};
  result.scopes = {"read"};
  result.connection = connection();
  return result;
}

oauth2::options django_server::app_of_user() const {
  auto result = app();
  result.client_id = "password";
  result.scopes = {"read", "openid"};
  result.grant = oauth2::password{"alice", secret{"wonderland"}};
  return result;
}

void django_server::revoke(const token& what) {
  tell(issuer() + "/revoke_token/", credentials, what);
}

} // namespace bearer::test
