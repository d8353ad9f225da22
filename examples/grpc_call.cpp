/// Authenticates every call of a gRPC channel by a bearer: asks a server for
/// its health. Takes the server's name and port from the command line, and the
/// token from the environment.

#include <bearer/bearer.hpp>
#include <bearer/grpc/credentials.hpp>
#include <bearer/grpc/error.hpp>
#include <bearer/meta_objects.hpp>
#include <bearer/source/environment_source.hpp>
#include <bearer/with_token.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/expected.hpp>
#include <caf/timespan.hpp>

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <string>

namespace {

constexpr auto method = "/grpc.health.v1.Health/Check";

/// Stands for a call of generated code. The empty message asks for the server
/// as a whole.
grpc::Status check(grpc::ClientContext& context,
                   const std::shared_ptr<grpc::Channel>& channel,
                   grpc::ByteBuffer& answer) {
  auto empty = grpc::Slice{};
  auto request = grpc::ByteBuffer{&empty, 1};
  auto done = std::promise<grpc::Status>{};
  grpc::GenericStub{channel}.UnaryCall(&context, method, {}, &request, &answer,
                                       [&done](const grpc::Status& how) {
                                         done.set_value(how);
                                       });
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
  auto channel = grpc::CreateChannel(argv[1], grpc::SslCredentials({}));
  // For threads; actors pass themselves first, start the call in the attempt
  // and have its callback call the attempt's `completion`.
  auto answer = bearer::with_token(
    *api,
    [&](const bearer::token& tok,
        caf::timespan budget) -> caf::expected<grpc::ByteBuffer> {
      auto context = grpc::ClientContext{};
      bearer::grpc::authorize(context, tok, budget);
      auto result = grpc::ByteBuffer{};
      if (auto how = check(context, channel, result); !how.ok())
        return bearer::grpc::error_of(how, method, tok.access_token);
      return result;
    });
  if (!answer) {
    std::cerr << "no answer: " << to_string(answer.error()) << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "an answer of " << answer->Length() << " bytes\n";
}
