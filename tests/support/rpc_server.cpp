#include "support/rpc_server.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace bearer::test {

namespace {

std::string content_of(const std::string& path) {
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Sends a request back.
class echo : public ::grpc::ServerGenericBidiReactor {
public:
  echo() {
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (ok)
      StartWriteAndFinish(&message_, {}, ::grpc::Status::OK);
    else
      Finish(::grpc::Status::OK);
  }

  void OnDone() override {
    delete this;
  }

private:
  ::grpc::ByteBuffer message_;
};

class refuse : public ::grpc::ServerGenericBidiReactor {
public:
  explicit refuse(const ::grpc::Status& how) {
    Finish(how);
  }

  void OnDone() override {
    delete this;
  }
};

} // namespace

// -- the server ---------------------------------------------------------------

class rpc_server::service : public ::grpc::CallbackGenericService {
public:
  explicit service(judge decide) : decide_(std::move(decide)) {
    // nop
  }

  ::grpc::ServerGenericBidiReactor*
  CreateReactor(::grpc::GenericCallbackServerContext* call) override {
    auto value = std::string{};
    const auto& fields = call->client_metadata();
    if (auto i = fields.find("authorization"); i != fields.end())
      value.assign(i->second.data(), i->second.size());
    {
      const auto guard = std::lock_guard{mutex_};
      heard_.push_back(value);
    }
    if (auto verdict = decide_(value); !verdict.ok())
      return new refuse{verdict};
    return new echo;
  }

  std::vector<std::string> heard() const {
    const auto guard = std::lock_guard{mutex_};
    return heard_;
  }

private:
  judge decide_;
  mutable std::mutex mutex_;
  std::vector<std::string> heard_;
};

rpc_server::rpc_server(judge decide, transport how)
  : how_(how), service_(std::make_unique<service>(std::move(decide))) {
  auto credentials = ::grpc::InsecureServerCredentials();
  if (how_ == transport::tls) {
    const auto files = ca_.issue();
    auto options = ::grpc::SslServerCredentialsOptions{};
    options.pem_key_cert_pairs.push_back(
      {content_of(files.key), content_of(files.certificate)});
    credentials = ::grpc::SslServerCredentials(options);
  }
  auto builder = ::grpc::ServerBuilder{};
  builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
  builder.RegisterCallbackGenericService(service_.get());
  server_ = builder.BuildAndStart();
  if (!server_)
    throw std::runtime_error("cannot start a gRPC server");
}

rpc_server::~rpc_server() {
  server_->Shutdown(std::chrono::system_clock::now());
}

std::vector<std::string> rpc_server::heard() const {
  return service_->heard();
}

std::shared_ptr<::grpc::Channel> rpc_server::channel(
  const std::shared_ptr<::grpc::CallCredentials>& with) const {
  auto credentials = ::grpc::InsecureChannelCredentials();
  if (how_ == transport::tls) {
    auto options = ::grpc::SslCredentialsOptions{};
    options.pem_root_certs = content_of(ca_.file());
    credentials = ::grpc::SslCredentials(options);
  }
  if (with)
    credentials = ::grpc::CompositeChannelCredentials(credentials, with);
  auto arguments = ::grpc::ChannelArguments{};
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return ::grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port_),
                                     credentials, arguments);
}

// -- calls --------------------------------------------------------------------

rpc_call::rpc_call(const std::shared_ptr<::grpc::Channel>& channel,
                   const preparation& prepare) {
  auto slice = ::grpc::Slice{"hello"};
  request_ = ::grpc::ByteBuffer{&slice, 1};
  prepare(context_);
  ::grpc::GenericStub{channel}.UnaryCall(
    &context_, "/test.Service/Echo", {}, &request_, &response_,
    [this](::grpc::Status how) { promise_.set_value(std::move(how)); });
}

rpc_call::~rpc_call() {
  cancel();
  ended_.wait();
}

bool rpc_call::done() const {
  return ended_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
}

::grpc::Status rpc_call::status() const {
  if (ended_.wait_for(patience) != std::future_status::ready)
    throw std::runtime_error("a call does not end");
  return ended_.get();
}

::grpc::Status call(const std::shared_ptr<::grpc::Channel>& channel,
                    const rpc_call::preparation& prepare) {
  return rpc_call{channel, prepare}.status();
}

} // namespace bearer::test
