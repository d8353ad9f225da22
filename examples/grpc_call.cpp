/// Authenticates every call of a gRPC channel by a bearer: asks a server for
/// its health. Takes the server's name and port from the command line, and the
/// token from the environment.

#include <bearer/bearer.hpp>
#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/error.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/environment_source.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <string>

namespace {

constexpr auto method = "/grpc.health.v1.Health/Check";

/// Stands for a call of generated code. The empty message asks for the server
/// as a whole.
grpc::Status check(const std::shared_ptr<grpc::Channel>& channel) {
  auto context = grpc::ClientContext{};
  // Also bounds the wait for a token.
  context.set_deadline(std::chrono::system_clock::now()
                       + std::chrono::seconds{10});
  auto empty = grpc::Slice{};
  auto request = grpc::ByteBuffer{&empty, 1};
  auto response = grpc::ByteBuffer{};
  auto done = std::promise<grpc::Status>{};
  grpc::GenericStub{channel}.UnaryCall(
    &context, method, {}, &request, &response,
    [&done](const grpc::Status& how) { done.set_value(how); });
  return done.get_future().get();
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: API_TOKEN=... " << argv[0] << " host:port\n";
    return EXIT_FAILURE;
  }
  bearer::init_global_meta_objects();
  caf::actor_system_config cfg;
  caf::actor_system sys{cfg};
  auto api = bearer::spawn(sys, bearer::environment_source(sys, "API_TOKEN"));
  if (!api) {
    std::cerr << "cannot spawn a bearer: " << to_string(api.error()) << '\n';
    return EXIT_FAILURE;
  }
  // The channel goes before the actor system.
  auto channel = grpc::CreateChannel(
    argv[1], grpc::CompositeChannelCredentials(
               grpc::SslCredentials({}), bearer::grpc::call_credentials(*api)));
  auto how = check(channel);
  // Calls that ended while they waited for a token would hold up the end.
  api->stop();
  if (auto err = bearer::grpc::error_of(how, method)) {
    std::cerr << to_string(err) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "the server is well\n";
}
