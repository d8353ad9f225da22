#include <bearer/error.hpp>
#include <bearer/http/send.hpp>
#include <bearer/http/token_refusal.hpp>
#include <bearer/http/url.hpp>
#include <bearer/internal/passing_actor.hpp>
#include <bearer/oauth2/detail/form.hpp>
#include <bearer/source/detail/budget.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace bearer::http {

namespace {

constexpr auto field_name = std::string_view{"Authorization"};

/// RFC 6750, section 2.1.
secret credentials(const secret& access_token) {
  constexpr auto scheme = std::string_view{"Bearer "};
  auto text = bearer::detail::wiped_buffer{scheme.size() + access_token.size()};
  append(text, scheme);
  append(text, access_token.view());
  return secret{text.view()};
}

/// One attempt of a thread.
caf::expected<response> exchange(caf::actor_system& sys,
                                 const client_actor& client,
                                 const request& what) {
  const auto self = internal::passing_actor{sys};
  auto result = caf::expected<response>{caf::make_error(errc::answer_lost)};
  // Infinite, because the client heeds the timeout of the request.
  bearer::detail::mail(self.get(), fetch_atom_v, what)
    .request(client, caf::infinite)
    .receive([&](response& x) { result = std::move(x); },
             [&](caf::error& why) { result = std::move(why); });
  return result;
}

/// What the server may repeat of a request and no error should show.
std::vector<secret> secrets_of(const request& what, const token& sent) {
  // Who sends more does not send credentials there, and it would take long to
  // look for it.
  constexpr auto max_body = std::size_t{16} * 1024;
  auto result = std::vector{sent.access_token};
  for (const auto& x : what.fields)
    result.push_back(x.value);
  std::ranges::move(query_values(what.url), std::back_inserter(result));
  if (what.body.size() <= max_body)
    std::ranges::move(form_values(what.body.view()),
                      std::back_inserter(result));
  return result;
}

} // namespace

namespace detail {

caf::expected<request> authorized(const request& what, const token& tok,
                                  caf::timespan budget) {
  if (std::ranges::any_of(what.fields, [](const field& x) {
        return same_name(x.name, field_name);
      }))
    return caf::make_error(
      errc::invalid_option,
      shown(what.url).append(
        ": the request has a field Authorization already"));
  auto result = what;
  result.fields.push_back(
    {std::string{field_name}, credentials(tok.access_token)});
  // Slightly less, so that the client's own error arrives.
  result.timeout = std::min(what.timeout, bearer::detail::inner_budget(budget));
  return result;
}

caf::expected<response> judged(const request& what, const token& sent,
                               response& answer) {
  // What is no error refuses nothing.
  if (answer.status >= 400)
    if (auto err = token_refusal(shown(what.url), answer,
                                 secrets_of(what, sent)))
      return err;
  return std::move(answer);
}

} // namespace detail

caf::expected<response> send(const handle& api, const request& what,
                             const fetch_options& opts) {
  auto& sys = api.actor().home_system();
  const auto client = shared_client(sys);
  return with_token(
    api,
    [&](const token& tok, caf::timespan budget) -> caf::expected<response> {
      auto ready = detail::authorized(what, tok, budget);
      if (!ready)
        return std::move(ready.error());
      auto answer = exchange(sys, client, *ready);
      if (!answer)
        return answer;
      return detail::judged(what, tok, *answer);
    },
    opts);
}

} // namespace bearer::http
