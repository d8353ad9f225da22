#include "glewlwyd.hpp"

#include <bearer/source/detail/process.hpp>

#include "support/real_time.hpp"
#include "support/signing_keys.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace bearer::test {

namespace {

constexpr auto app_secret = "secret-of-app";
constexpr auto app_credentials = "client_id=app&client_secret=secret-of-app";

/// Where something of the package is, as the dependency script knows it.
std::string installed(std::string_view path) {
  return std::string{BEARER_GLEWLWYD_ROOT}.append(path);
}

/// Makes the database of a server that nobody has used.
void make_database(const std::string& path) {
  auto what = detail::process_request{};
  what.argv = {"sqlite3",
               "-bail",
               path,
               "PRAGMA synchronous=OFF",
               "BEGIN",
               ".read "
                 + installed("/usr/share/dbconfig-common/data/glewlwyd/"
                             "install/sqlite3"),
               "COMMIT"};
  what.max_output = 1024;
  what.deadline = std::chrono::steady_clock::now() + patience;
  auto made = detail::run_process(what);
  if (!made || made->wait_status != 0)
    throw std::runtime_error("cannot make glewlwyd's database");
}

std::string setting(std::string_view name, std::string_view value) {
  return std::string{name}.append("=\"").append(value).append("\"\n");
}

/// The settings of the server's part for OAuth 2.0 and OpenID Connect.
std::string plugin(const std::string& issuer, std::chrono::seconds lifetime) {
  return R"({"module":"oidc","name":"oidc","display_name":"oidc","parameters":{
    "iss":")"
         + issuer + R"(","jwt-type":"sha","jwt-key-size":"256","key":"its own",
    "access-token-duration":)"
         + std::to_string(lifetime.count()) + R"(,
    "refresh-token-duration":3600,"refresh-token-rolling":true,
    "refresh-token-one-use":"always","allow-non-oidc":true,
    "auth-type-client-enabled":true,"auth-type-password-enabled":true,
    "auth-type-refresh-enabled":true,"auth-type-code-enabled":true,
    "introspection-revocation-allowed":true,
    "introspection-revocation-allow-target-client":true,
    "request-parameter-allow":true,"request-maximum-exp":3600,
    "client-pubkey-parameter":"pubkey","resource-allowed":true,
    "resource-scope":{"read":["https://files.example/"]}}})";
}

/// What JSON says of a client that signs.
std::string known_by(const key_ptr& key) {
  auto result = std::string{R"("token_endpoint_auth_method":)"};
  result.append(R"(["private_key_jwt"],"pubkey":")");
  for (auto c : to_public_pem(key))
    result.append(c == '\n' ? std::string{"\\n"} : std::string{c});
  return result.append("\"");
}

} // namespace

glewlwyd::glewlwyd(std::chrono::seconds lifetime)
  : process_(http_, ca_.file(), [this](const server_process& process) {
      return prepare(process);
    }) {
  const auto json = http::field{"Content-Type", secret{"application/json"}};
  auto answer = post(process_.url("/api/auth/"),
                     R"({"username":"admin","password":"password"})", {json});
  require_success("the administrator", answer);
  const auto cookie = answer.field_value("Set-Cookie");
  administrator_ = {json,
                    {"Cookie", secret{cookie.substr(0, cookie.find(';'))}}};
  create("mod/plugin", plugin(issuer(), lifetime));
  create("scope", R"({"name":"read","display_name":"read","scheme":{},
                      "password_required":true})");
  create("user", R"({"username":"alice","password":"wonderland",
                     "enabled":true,"scope":["read","openid"]})");
  create_client("app", R"("client_secret":")" + std::string{app_secret}
                         + R"(","token_endpoint_auth_method":)"
                         + R"(["client_secret_basic","client_secret_post"])");
}

std::vector<std::string> glewlwyd::prepare(const server_process& process) {
  const auto program = installed("/usr/bin/glewlwyd");
  require_file(program);
  const auto database = folder_.path("database");
  if (!std::filesystem::exists(database))
    make_database(database);
  const auto modules = installed("/usr/lib/glewlwyd/");
  const auto settings = folder_.write(
    "settings",
    "port=" + std::to_string(process.port()) + "\nuse_secure_connection=true\n"
      + setting("bind_address", "127.0.0.1")
      + setting("secure_connection_key_file", identity_.key)
      + setting("secure_connection_pem_file", identity_.certificate)
      + setting("external_url", process.url()) + setting("api_prefix", "api")
      + setting("log_mode", "file") + setting("log_level", "INFO")
      + setting("log_file", folder_.path("log"))
      + setting("session_key", "session") + setting("admin_scope", "g_admin")
      + setting("profile_scope", "g_profile")
      + setting("hash_algorithm", "SHA512")
      + setting("user_module_path", modules + "user")
      + setting("client_module_path", modules + "client")
      + setting("user_auth_scheme_module_path", modules + "scheme")
      + setting("plugin_module_path", modules + "plugin")
      + "database={type=\"sqlite3\" path=\"" + database + "\"}\n");
  return {program, "--config-file=" + settings};
}

std::string glewlwyd::issuer() const {
  return process_.url("/api/oidc");
}

std::string glewlwyd::token_endpoint() const {
  return issuer() + "/token";
}

std::string glewlwyd::resource() const {
  return issuer() + "/userinfo";
}

oauth2::options glewlwyd::app() const {
  auto result = oauth2::options{};
  result.token_endpoint = token_endpoint();
  result.client_id = "app";
  result.authentication = oauth2::client_secret_post{secret{app_secret}};
  result.scopes = {"read"};
  result.connection = connection();
  return result;
}

oauth2::options glewlwyd::app_of_user() const {
  auto result = app();
  result.scopes = {"read", "openid"};
  result.grant = oauth2::password{"alice", secret{"wonderland"}};
  return result;
}

oauth2::options glewlwyd::signer(oauth2::algorithm algorithm) {
  const auto key = algorithm == oauth2::algorithm::es256 ? make_ec_key("P-256")
                                                         : make_rsa_key();
  create_client("signer", known_by(key));
  auto how = oauth2::private_key_jwt{};
  how.key.pem = secret{to_pem(key)};
  how.key.algorithm = algorithm;
  auto result = app();
  result.client_id = "signer";
  result.authentication = std::move(how);
  return result;
}

std::string glewlwyd::introspect(const token& what) {
  return tell(issuer() + "/introspect", app_credentials, what);
}

void glewlwyd::revoke(const token& what) {
  tell(issuer() + "/revoke", app_credentials, what);
}

std::string glewlwyd::log() const {
  auto in = std::ifstream{folder_.path("log")};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void glewlwyd::create(std::string_view kind, const std::string& json) {
  const auto path = "/api/" + std::string{kind} + "/";
  require_success(path, post(process_.url(path), json, administrator_));
}

void glewlwyd::create_client(std::string_view id, const std::string& members) {
  const auto name = R"(":")" + std::string{id} + R"(",)";
  create("client", R"({"client_id)" + name + R"("client_name)" + name + members
                     + R"(,"confidential":true,"enabled":true,
                         "scope":["read"],"redirect_uri":["https://none/"],
                         "authorization_type":["client_credentials",
                           "password","refresh_token","code"]})");
}

} // namespace bearer::test
