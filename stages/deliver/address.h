/* Which network addresses a webhook may be posted to: those of the public internet. */
#pragma once

#include <glib.h>
#include <sys/socket.h>

/* FALSE for this machine, private, shared, link-local (a cloud's metadata service among them), multicast,
 * reserved and documentation addresses, and for IPv6 addresses that stand for such an IPv4 one. Source:
 * IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890, RFC 8190). */
gboolean address_is_public(const struct sockaddr *address, socklen_t length);
