#include "config.hpp"

#include "support/arguments.hpp"
#include "support/bearer_options.hpp"

#include <stdexcept>
#include <utility>

namespace oauth2_client {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error(what);
}

} // namespace

config::config() {
  auto all = example::option_adder{custom_options_};
  add_client_options(all);
  add_grant_options(all);
  add_request_options(all);
  example::add_bearer_options(all, settings, seed);
}

void config::add_client_options(example::option_adder& to) {
  to.add(token_endpoint, "token-endpoint",
         "URL where tokens are had; this or the issuer is needed")
    .add(issuer, "issuer",
         "URL of the server, which is asked for its token endpoint")
    .add(client_id, "client-id", "by which the server knows the client")
    .add(auth_method, "auth-method",
         "how the client proves who it is: basic, post, private_key_jwt or "
         "none; by default what fits the secret or key")
    .add(client_secret, "client-secret",
         "seen by all users of this machine here, hence better in the "
         "environment variable OAUTH2_CLIENT_SECRET or in a file")
    .add(client_secret_file, "client-secret-file", "holds the client's secret")
    .add(private_key, "private-key",
         "PEM file, signs the client's JWTs; read anew for each")
    .add(kid, "kid", "tells the server which key it is")
    .add(alg, "alg",
         "of that key: RS256 (default), RS384, RS512, ES256, "
         "ES384 or ES512")
    .add(jwt_audience, "jwt-audience",
         "whom the client's JWT is for: token_endpoint (default) or issuer");
}

void config::add_grant_options(example::option_adder& to) {
  to.add(grant, "grant",
         "client_credentials (default), refresh_token, jwt_bearer, "
         "token_exchange or password")
    .add(refresh_token_file, "refresh-token-file",
         "for refresh_token: holds it, and each new one is written there")
    .add(assertion_file, "assertion-file",
         "for jwt_bearer and token_exchange: holds the assertion or subject "
         "token; by default a JWT signed with the private key")
    .add(assertion_issuer, "assertion-issuer",
         "iss of that JWT, by default the client ID")
    .add(assertion_subject, "assertion-subject",
         "sub of that JWT, by default its issuer")
    .add(assertion_audience, "assertion-audience",
         "aud of that JWT, by default the token endpoint")
    .add(subject_token_type, "subject-token-type",
         "for token_exchange: URN of the type, by default that of a JWT")
    .add(username, "username", "for password: whose it is")
    .add(password_file, "password-file",
         "for password: holds it; else the environment variable "
         "OAUTH2_PASSWORD does")
    .add(scopes, "scope",
         "what the token is to permit; several are given one by one or "
         "separated by spaces")
    .add(resources, "resource",
         "URI that the token is for (RFC 8707); several are given one by one")
    .add(audience, "audience", "whom the token is for");
}

void config::add_request_options(example::option_adder& to) {
  to.add(url, "url",
         "what is requested with the token; without it tokens are fetched "
         "and no more")
    .add(requests, "requests",
         "how many, all in all; by default 1, or any number if there is a "
         "duration")
    .add(concurrency, "concurrency",
         "how many actors make them, each one after another; from 1 to 100000")
    .add(duration, "duration", "how long to make requests, such as 90s")
    .add(pause, "pause", "of each actor between two requests, such as 10ms")
    .add(ca_file, "ca-file",
         "PEM file, the authorities to trust, by default those of the system")
    .add(certificate_file, "certificate-file",
         "PEM file, the client's certificate for mutual TLS")
    .add(key_file, "key-file", "PEM file, the key of that certificate")
    .add(proxy, "proxy", "as for curl, by default that of the environment")
    .add(allow_plain_http, "allow-plain-http",
         "send secrets unencrypted to other machines, too");
}

bool config::read(const std::vector<std::string>& arguments) {
  if (auto err = parse(example::joined(custom_options_, arguments)))
    refuse("invalid argument: " + to_string(err));
  if (seed != 0)
    settings.seed = seed;
  return !example::showed_help(*this);
}

void config::check() const {
  if (requests > 1'000'000'000)
    refuse("--requests: at most 1000000000");
  if (concurrency < 1 || concurrency > 100'000)
    refuse("--concurrency: must be from 1 to 100000");
  if (duration < caf::timespan::zero())
    refuse("--duration: must not be negative");
  if (pause < caf::timespan::zero())
    refuse("--pause: must not be negative");
}

} // namespace oauth2_client
