#include "address.h"

#include <netinet/in.h>
#include <string.h>

typedef struct {
    guint8 bytes[16];
    guint bits;
} Network;

static const Network private_4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* shared by carriers */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, metadata services */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 88, 99}, 24},  /* 6to4 relays, given up */
    {{192, 168}, 16},     /* private */
    {{198, 18}, 15},      /* benchmarks */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
};

/* Public is what lies in 2000::/3, but for these. */
static const Network global_6 = {{0x20}, 3};
static const Network private_6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x3f, 0xff}, 20},             /* documentation */
};

/* Addresses that carry an IPv4 one, and at which byte. */
static const struct {
    Network network;
    guint at;
} carriers[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12}, /* v4-mapped */
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},                      /* NAT64 */
    {{{0x20, 0x02}, 16}, 2},                                /* 6to4 */
};

static gboolean lies_in(const guint8 *address, const Network *network)
{
    guint whole = network->bits / 8, rest = network->bits % 8;
    guint8 mask = (guint8)(0xff << (8 - rest));
    return memcmp(address, network->bytes, whole) == 0 &&
           (rest == 0 || (address[whole] & mask) == (network->bytes[whole] & mask));
}

static gboolean is_public_4(const guint8 *address)
{
    for (guint i = 0; i < G_N_ELEMENTS(private_4); i++)
        if (lies_in(address, &private_4[i]))
            return FALSE;
    return TRUE;
}

static gboolean is_public_6(const guint8 *address)
{
    for (guint i = 0; i < G_N_ELEMENTS(carriers); i++)
        if (lies_in(address, &carriers[i].network))
            return is_public_4(address + carriers[i].at);
    for (guint i = 0; i < G_N_ELEMENTS(private_6); i++)
        if (lies_in(address, &private_6[i]))
            return FALSE;
    return lies_in(address, &global_6);
}

gboolean address_is_public(const struct sockaddr *address, socklen_t length)
{
    if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return is_public_4((const guint8 *)&v4.sin_addr);
    }
    if (address->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        return is_public_6((const guint8 *)&v6.sin6_addr);
    }
    return FALSE;
}
