#pragma once

#include "support/real_time.hpp"
#include "support/test_ca.hpp"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace bearer::test {

/// A real gRPC server on a free port of the loopback, which answers any method
/// with what it was sent if it likes the value of `authorization`.
class rpc_server {
public:
  /// Judges a call by that value, empty if there is none; from several threads.
  using judge = std::function<::grpc::Status(const std::string&)>;

  enum class transport { tls, plain };

  explicit rpc_server(judge decide = accept_all,
                      transport how = transport::tls);

  rpc_server(const rpc_server&) = delete;

  rpc_server& operator=(const rpc_server&) = delete;

  ~rpc_server();

  static ::grpc::Status accept_all(const std::string&) {
    return ::grpc::Status::OK;
  }

  /// The values of `authorization` of all calls so far, in order.
  std::vector<std::string> heard() const;

  /// A channel of its own to this server, with these call credentials if any.
  std::shared_ptr<::grpc::Channel>
  channel(const std::shared_ptr<::grpc::CallCredentials>& with = nullptr) const;

private:
  class service;

  transport how_;
  test_ca ca_;
  int port_ = 0;
  std::unique_ptr<service> service_;
  std::unique_ptr<::grpc::Server> server_;
};

/// One call of a method, from its start on.
class rpc_call {
public:
  /// What to do with the context before the start.
  using preparation = std::function<void(::grpc::ClientContext&)>;

  explicit rpc_call(
    const std::shared_ptr<::grpc::Channel>& channel,
    const preparation& prepare = [](::grpc::ClientContext&) {});

  rpc_call(const rpc_call&) = delete;

  rpc_call& operator=(const rpc_call&) = delete;

  /// Ends the call before its context goes.
  ~rpc_call();

  void cancel() {
    context_.TryCancel();
  }

  bool done() const;

  /// How it has ended; throws if it does not.
  ::grpc::Status status() const;

private:
  ::grpc::ClientContext context_;
  ::grpc::ByteBuffer request_;
  ::grpc::ByteBuffer response_;
  std::promise<::grpc::Status> promise_;
  std::shared_future<::grpc::Status> ended_ = promise_.get_future().share();
};

/// The same for one that is waited for.
::grpc::Status call(
  const std::shared_ptr<::grpc::Channel>& channel,
  const rpc_call::preparation& prepare = [](::grpc::ClientContext&) {});

} // namespace bearer::test
