#include <bearer/error.hpp>
#include <bearer/source/detail/oauth2_session.hpp>

#include <utility>

namespace bearer::detail {

class oauth2_session::turn {
public:
  explicit turn(oauth2_session& session) : session_(session) {
    // nop
  }

  turn(const turn&) = delete;

  turn& operator=(const turn&) = delete;

  ~turn() {
    std::lock_guard guard{session_.mutex_};
    session_.storing_ = false;
  }

  void succeeded(secret what) {
    std::lock_guard guard{session_.mutex_};
    session_.stored_ = std::move(what);
  }

private:
  oauth2_session& session_;
};

oauth2_session::oauth2_session(std::string token_endpoint, secret refresh_token,
                               std::shared_ptr<thread_crew> signers)
  : signers_(std::move(signers)),
    token_endpoint_(std::move(token_endpoint)),
    refresh_token_(std::move(refresh_token)),
    stored_(refresh_token_) {
  // nop
}

std::string oauth2_session::token_endpoint() const {
  std::lock_guard guard{mutex_};
  return token_endpoint_;
}

void oauth2_session::set_token_endpoint(std::string url) {
  std::lock_guard guard{mutex_};
  token_endpoint_ = std::move(url);
}

secret oauth2_session::refresh_token() const {
  std::lock_guard guard{mutex_};
  return refresh_token_;
}

std::shared_ptr<void> oauth2_session::reserve() {
  std::lock_guard guard{mutex_};
  if (!reservation_.expired())
    return nullptr;
  auto result = std::shared_ptr<void>{std::make_shared<char>()};
  reservation_ = result;
  return result;
}

bool oauth2_session::begin_use() {
  std::lock_guard guard{mutex_};
  return std::exchange(in_use_, true);
}

void oauth2_session::end_use() {
  std::lock_guard guard{mutex_};
  in_use_ = false;
}

void oauth2_session::rotate(secret next) {
  std::lock_guard guard{mutex_};
  refresh_token_ = std::move(next);
}

bool oauth2_session::unstored() const {
  std::lock_guard guard{mutex_};
  return refresh_token_ != stored_;
}

caf::error oauth2_session::store_with(
  const std::function<caf::error(const secret&)>& store) {
  auto what = secret{};
  {
    std::lock_guard guard{mutex_};
    if (refresh_token_ == stored_)
      return {};
    if (storing_)
      return caf::make_error(errc::busy,
                             "the storing of the refresh token before is still"
                             " under way");
    storing_ = true;
    what = refresh_token_;
  }
  auto done = turn{*this};
  auto err = store(what);
  if (!err)
    done.succeeded(what);
  return err;
}

} // namespace bearer::detail
