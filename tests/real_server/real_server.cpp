#include "real_server.hpp"

#include <bearer/bearer.hpp>
#include <bearer/oauth2/token_request.hpp>
#include <bearer/oauth2/token_response.hpp>
#include <bearer/source/oauth2_source.hpp>

#include <chrono>
#include <stdexcept>
#include <utility>
#include <variant>

namespace bearer::test {

namespace {

template <class T>
T must(caf::expected<T> what) {
  if (!what)
    throw std::runtime_error(to_string(what.error()));
  return std::move(*what);
}

} // namespace

http::connection_options real_server::connection() const {
  auto result = http::connection_options{};
  result.ca_file = ca_.file();
  return result;
}

any_source real_server::source(const oauth2::options& what) {
  return must(oauth2_source(sys(), what));
}

handle real_server::bearer(const oauth2::options& what,
                           renewal_settings settings) {
  settings.initial_retry_timeout = std::chrono::milliseconds{20};
  settings.max_retry_timeout = std::chrono::milliseconds{100};
  settings.refresh_request_timeout = std::chrono::seconds{30};
  return must(bearer::spawn(sys(), source(what), settings));
}

oauth2::options
real_server::log_in(oauth2::options what,
                    std::function<caf::error(const secret&)> store) {
  const auto now = caf::make_timestamp();
  auto granted = must(oauth2::parse_token_response(ask_for_token(what), now,
                                                   now, token_endpoint()));
  what.grant = oauth2::refresh_token{granted.refresh_token, std::move(store)};
  return what;
}

http::response real_server::ask_for_token(const oauth2::options& what) {
  auto old = secret{};
  if (const auto* grant = std::get_if<oauth2::refresh_token>(&what.grant))
    old = grant->token;
  return must(http_.send(
    must(oauth2::make_token_request(what, token_endpoint(), old, patience))));
}

http::response real_server::use(const token& what) {
  auto question = get_request(resource());
  question.connection = connection();
  auto header = "Bearer " + std::string{what.access_token.view()};
  question.fields = {{"Authorization", secret{header}}};
  return must(http_.send(question));
}

http::response real_server::post(const std::string& url, std::string_view form,
                                 std::vector<http::field> fields) {
  auto question = post_request(url, form);
  question.connection = connection();
  question.fields = std::move(fields);
  return must(http_.send(question));
}

std::string real_server::tell(const std::string& url,
                              std::string_view credentials, const token& what) {
  auto form = std::string{credentials};
  form.append("&token=").append(what.access_token.view());
  auto answer = post(url, form);
  require_success(url, answer);
  return std::string{answer.body.view()};
}

void require_success(std::string_view what, const http::response& answer) {
  if (answer.status != 200)
    throw std::runtime_error("the server refused " + std::string{what} + ": "
                             + std::to_string(answer.status) + " "
                             + std::string{answer.body.view()});
}

caf::error token_store::operator()(const secret& what) {
  std::lock_guard guard{mutex_};
  all_.emplace_back(what.view());
  return {};
}

std::vector<std::string> token_store::all() const {
  std::lock_guard guard{mutex_};
  return all_;
}

fetch_options one_attempt() {
  auto result = fetch_options{};
  result.renew_required = true;
  result.renew_synchronous = true;
  return result;
}

} // namespace bearer::test
