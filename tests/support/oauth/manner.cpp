#include "support/oauth/manner.hpp"

#include "support/real_time.hpp"

#include <chrono>
#include <utility>

namespace bearer::test {

void gate::open() {
  const auto guard = std::unique_lock{mutex_};
  is_open_ = true;
  opened_.notify_all();
}

void gate::pass(caf::timespan longest) {
  auto guard = std::unique_lock{mutex_};
  opened_.wait_for(guard, longest, [this] { return is_open_; });
}

namespace manners {

namespace {

bool send(connection& to, const http_answer& what) {
  return to.answer(what.body, what.status, what.fields);
}

/// The head of an answer, of whose body some is missing.
void send_half(connection& to, const http_answer& what) {
  const auto size = std::to_string(what.body.size() + 1);
  to.write("HTTP/1.1 " + what.status + "\r\nContent-Length: " + size + "\r\n"
           + what.fields + "\r\n" + what.body.substr(0, what.body.size() / 2));
}

} // namespace

void properly(connection& to, const deed& act) {
  send(to, act());
}

void losing_the_answer(connection& to, const deed& act) {
  send_half(to, act());
  to.reset();
}

void resetting_in_the_body(connection& to, const deed&) {
  send_half(to, {"200 OK", R"({"access_token":)", {}});
  to.reset();
}

void resetting(connection& to, const deed&) {
  to.reset();
}

manner saying(http_answer what) {
  return
    [what = std::move(what)](connection& to, const deed&) { send(to, what); };
}

manner saying(int status, std::string body, std::string fields) {
  return saying({std::to_string(status) + " Status", std::move(body),
                 "Content-Type: application/json\r\n" + std::move(fields)});
}

void hanging(connection& to, const deed&) {
  to.wait_for_close();
}

void dripping(connection& to, const deed&) {
  using std::chrono::milliseconds;
  auto pace = gate{};
  auto alive = to.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{");
  while (alive) {
    pace.pass(milliseconds{5});
    alive = to.write(" ");
  }
}

manner held(std::shared_ptr<gate> until) {
  return delayed(std::move(until), patience);
}

manner delayed(std::shared_ptr<gate> until, caf::timespan by) {
  return [until = std::move(until), by](connection& to, const deed& act) {
    until->pass(by);
    properly(to, act);
  };
}

} // namespace manners

void conduct::next(std::vector<manner> what) {
  const auto guard = std::unique_lock{mutex_};
  next_.insert(next_.end(), what.begin(), what.end());
}

void conduct::from_now_on(manner what) {
  const auto guard = std::unique_lock{mutex_};
  usual_ = std::move(what);
}

manner conduct::take() {
  const auto guard = std::unique_lock{mutex_};
  if (next_.empty())
    return usual_;
  auto result = std::move(next_.front());
  next_.pop_front();
  return result;
}

} // namespace bearer::test
