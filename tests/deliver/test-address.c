/* Which addresses a webhook may be posted to: those of the special-purpose registries, the edges of their
 * ranges, and IPv6 in its disguises. */
#include "stages/deliver/address.h"

#include <arpa/inet.h>
#include <glib.h>

static gboolean is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&v4, sizeof v4);
    g_assert_cmpint(inet_pton(AF_INET6, text, &v6.sin6_addr), ==, 1);
    return address_is_public((const struct sockaddr *)&v6, sizeof v6);
}

static void test_private(void)
{
    static const char *const addresses[] = {
        "0.0.0.0",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a00:1::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "::127.0.0.1",
        "100::1",
        "3fff::1",
        "4000::1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++)
        if (is_public(addresses[i]))
            g_error("%s counts as public", addresses[i]);
}

static void test_public(void)
{
    static const char *const addresses[] = {
        "1.1.1.1",     "9.255.255.255",  "11.0.0.0",        "100.63.255.255", "100.128.0.0",
        "126.0.0.1",   "128.0.0.1",      "169.253.255.255", "172.15.255.255", "172.32.0.0",
        "192.0.1.1",   "192.167.1.1",    "192.169.0.0",     "198.17.255.255", "198.20.0.0",
        "223.255.0.1", "2606:4700::11",  "2a00:1450::1",    "::ffff:1.1.1.1", "64:ff9b::101:101",
        "2400:cb00::", "2002:101:101::", "2001:200::1",     "2620:fe::fe",
    };
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++)
        if (!is_public(addresses[i]))
            g_error("%s does not count as public", addresses[i]);
}

/* What is no internet address, or is cut short, is none. */
static void test_other(void)
{
    struct sockaddr unix_socket = {.sa_family = AF_UNIX};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x01010101)};
    g_assert_false(address_is_public(&unix_socket, sizeof unix_socket));
    g_assert_false(address_is_public((const struct sockaddr *)&v4, sizeof v4 - 1));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/address/private", test_private);
    g_test_add_func("/address/public", test_public);
    g_test_add_func("/address/other", test_other);
    return g_test_run();
}
