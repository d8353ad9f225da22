#include <bearer/error.hpp>
#include <bearer/http/url.hpp>
#include <bearer/oauth2/detail/error_text.hpp>
#include <bearer/oauth2/metadata.hpp>
#include <bearer/source/detail/oauth2_discovery.hpp>

#include <utility>

namespace bearer::detail {

namespace {

/// Whether an issuer's metadata are not where they were looked for.
bool is_missing(const caf::error& err) {
  const auto said = refusal_of(err);
  return said && said->status == 404;
}

std::string origin(const std::string& url) {
  return "metadata at " + http::shown(url);
}

} // namespace

oauth2_discovery::oauth2_discovery(
  http_attempt& attempt, std::shared_ptr<const oauth2::options> options)
  : attempt_(attempt), options_(std::move(options)) {
  // nop
}

void oauth2_discovery::start(handler on_end) {
  on_end_ = std::move(on_end);
  urls_ = oauth2::metadata_urls(options_->issuer);
  ask(0);
}

void oauth2_discovery::ask(std::size_t index) {
  auto question = http::request{};
  question.url = urls_[index];
  question.fields = {{"Accept", secret{"application/json"}}};
  question.connection = options_->connection;
  question.max_body = options_->max_response;
  attempt_.send(
    std::move(question),
    [this, index](const http::response& answer) { read(answer, index); },
    [this](caf::error& err) { on_end_(std::move(err)); });
}

void oauth2_discovery::read(const http::response& answer, std::size_t index) {
  auto found = oauth2::parse_metadata(answer, options_->issuer,
                                      options_->clock(), origin(urls_[index]));
  if (!found)
    go_on(std::move(found.error()), index);
  else if (auto err = http::check_url(*found, options_->connection))
    on_end_(caf::make_error(errc::unusable_response,
                            origin(urls_[index])
                              + ": \"token_endpoint\": " + error_text(err)));
  else
    on_end_(std::move(*found));
}

void oauth2_discovery::go_on(caf::error why, std::size_t index) {
  if (why == errc::transient_failure) {
    on_end_(std::move(why));
    return;
  }
  // Of two errors that explains more which is not "not found".
  if (!error_ || is_missing(error_))
    error_ = std::move(why);
  if (index + 1 < urls_.size())
    ask(index + 1);
  else
    on_end_(std::move(error_));
}

} // namespace bearer::detail
