/* The first byte picks a format, the rest is the text: any bytes up to the first NUL. What the
 * formats promise about each other, and what the C library says of addresses, must hold. */
#include "stages/check/schema/formats/formats.h"
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <string.h>

static gboolean is(const char *name, const char *text)
{
    return format_find(name)->check(text);
}

/* What follows one format follows the other. */
static const char *const wider[][2] = {
    {"hostname", "idn-hostname"}, {"email", "idn-email"},   {"uri", "iri"},
    {"uri", "uri-reference"},     {"iri", "iri-reference"}, {"uri-reference", "iri-reference"},
};

static void check_promises(const char *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wider); i++)
        g_assert_true(!is(wider[i][0], text) || is(wider[i][1], text));
    struct in_addr four;
    struct in6_addr six;
    g_assert_cmpint(is("ipv4", text), ==, inet_pton(AF_INET, text, &four) == 1);
    g_assert_cmpint(is("ipv6", text), ==, inet_pton(AF_INET6, text, &six) == 1);

    g_autofree char *date = g_strndup(text, 10);
    gboolean separated = strlen(text) > 10 && (text[10] == 'T' || text[10] == 't');
    g_assert_cmpint(is("date-time", text), ==,
                    separated && is("date", date) && is("time", text + 11));
}

/* A host name stands in a URI, behind an "@", and beside another one. */
static void check_hosts(const char *text)
{
    gboolean ascii = is("hostname", text), international = is("idn-hostname", text);
    g_autofree char *uri = g_strdup_printf("x://user@%s:8080/a?b#c", text);
    g_autofree char *mail = g_strdup_printf("a.b@%s", text);
    g_autofree char *twice = g_strdup_printf("%s.%s", text, text);
    g_assert_true(!ascii || is("uri", uri));
    g_assert_true(!international || is("idn-email", mail));
    g_assert_cmpint(ascii, ==, is("email", mail) && !strchr(text, '[') && !strchr(text, '@'));
    g_assert_true(!international || strlen(text) > 40 || is("idn-hostname", twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    guint count = 0;
    while (format_nth(count) != NULL)
        count++;
    const Format *format = format_nth(data[0] % count);
    g_assert_true(format_find(format->name) == format);
    g_autofree char *text = g_strndup((const char *)data + 1, size - 1);
    gboolean verdict = format->check(text);
    g_assert_cmpint(format->check(text), ==, verdict);

    /* Whatever is accepted, is not with a line break behind it; but a pointer takes any name, and
     * an expression any character. */
    g_autofree char *longer = g_strconcat(text, "\n", NULL);
    if (verdict && strstr(format->name, "pointer") == NULL && strcmp(format->name, "regex") != 0)
        g_assert_false(format->check(longer));
    check_promises(text);
    check_hosts(text);
    return 0;
}
