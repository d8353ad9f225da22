#include "simulation/forms.hpp"

#include "support/canary.hpp"

#include <caf/deep_to_string.hpp>

#include <optional>
#include <string>
#include <variant>

namespace bearer::sim {

namespace {

/// Writes down one value after the other.
class forms {
public:
  std::string text;

  // -- values -----------------------------------------------------------------

  template <class T>
  void add(const T& x) {
    put(caf::deep_to_string(x));
    put(test::json(x));
  }

  void add(const secret& x) {
    put(caf::deep_to_string(x));
    put(test::json(x));
    put(to_string(x));
  }

  void add(const token& x) {
    put(caf::deep_to_string(x));
    put(test::json(x));
    put(to_string(x));
    add(x.access_token);
  }

  void add(const caf::error& x) {
    put(caf::deep_to_string(x));
    put(to_string(x));
  }

  template <class T>
  void add(const std::optional<T>& x) {
    if (x)
      add(*x);
  }

  void add(const caf::expected<token>& x) {
    if (x)
      add(*x);
    else
      add(x.error());
  }

  // -- observations -----------------------------------------------------------

  void operator()(const seen::source_called& x) {
    add(x.what);
    add(x.what.previous);
    add(x.what.rejected);
  }

  void operator()(const seen::source_answered& x) {
    add(x.what);
  }

  void operator()(const seen::fetch_sent& x) {
    add(x.what);
  }

  void operator()(const seen::fetch_answered& x) {
    add(x.what);
  }

  void operator()(const seen::was_read& x) {
    add(x.what);
  }

  void operator()(const seen::reject_answered& x) {
    add(x.error);
  }

  void operator()(const seen::status_answered& x) {
    add(x.what);
    add(x.what.last_error);
  }

  void operator()(const seen::told& x) {
    add(x.what);
    if (const auto* end = std::get_if<events::attempt_ended>(&x.what.what))
      add(end->error);
  }

  template <class T>
  void operator()(const T&) {
    // Has nothing that could hold a secret.
  }

private:
  void put(const std::string& form) {
    text += form;
    text += '\n';
  }
};

} // namespace

bool shows_secret(const observation& x) {
  auto all = forms{};
  std::visit(all, x.what);
  return all.text.find(secret_mark) != std::string::npos;
}

} // namespace bearer::sim
