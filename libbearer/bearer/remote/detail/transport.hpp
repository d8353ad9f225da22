#pragma once

namespace bearer::remote::detail {

/// How bytes go over the network.
enum class transport { plain, tls };

/// Which end of a connection is ours.
enum class role { client, server };

} // namespace bearer::remote::detail
