#pragma once

#include "support/temp_folder.hpp"

namespace bearer::test {

/// The machine's own settings for HTTP are none of the tests'.
struct no_http_environment {
  scoped_variable http_proxy{"http_proxy", nullptr};
  scoped_variable https_proxy{"https_proxy", nullptr};
  scoped_variable upper_https_proxy{"HTTPS_PROXY", nullptr};
  scoped_variable all_proxy{"all_proxy", nullptr};
  scoped_variable upper_all_proxy{"ALL_PROXY", nullptr};
  scoped_variable no_proxy{"no_proxy", nullptr};
  scoped_variable upper_no_proxy{"NO_PROXY", nullptr};
  scoped_variable ca_bundle{"CURL_CA_BUNDLE", nullptr};
  scoped_variable cert_file{"SSL_CERT_FILE", nullptr};
  scoped_variable cert_dir{"SSL_CERT_DIR", nullptr};
};

} // namespace bearer::test
