#include "rtf-lex.h"

#include <string.h>

/* A number after a word, with the one space that ends it. */
static void lex_number(RtfLexer *l, RtfToken *token)
{
    gboolean minus = l->at < l->end && *l->at == '-';
    const char *p = l->at + minus;
    gint64 number = 0;
    const char *digits = p;
    for (; p < l->end && g_ascii_isdigit(*p); p++)
        number = MIN(number * 10 + (*p - '0'), G_MAXINT32);
    if (p > digits) {
        token->has_number = TRUE;
        token->number = (gint32)(minus ? -number : number);
        l->at = p;
    }
    if (l->at < l->end && *l->at == ' ')
        l->at++;
}

static void lex_word(RtfLexer *l, RtfToken *token)
{
    gsize n = 0;
    token->kind = RTF_WORD;
    for (; l->at < l->end && g_ascii_isalpha(*l->at); l->at++)
        if (n + 1 < sizeof token->word)
            token->word[n++] = *l->at;
    token->word[n] = '\0';
    lex_number(l, token);
    if (strcmp(token->word, "bin") == 0 && token->number > 0)
        l->at += MIN((gsize)token->number, (gsize)(l->end - l->at));
}

static void lex_escape(RtfLexer *l, RtfToken *token)
{
    l->at++; /* the backslash */
    if (l->at == l->end) {
        token->kind = RTF_END;
        return;
    }
    if (g_ascii_isalpha(*l->at)) {
        lex_word(l, token);
        return;
    }
    token->kind = RTF_SYMBOL;
    token->symbol = (guchar)*l->at++;
    if (token->symbol != '\'')
        return;
    guint byte = 0, digits = 0;
    for (; digits < 2 && l->at < l->end && g_ascii_isxdigit(*l->at); l->at++, digits++)
        byte = byte * 16 + (guint)g_ascii_xdigit_value(*l->at);
    token->kind = RTF_BYTE;
    token->symbol = digits == 2 ? (guchar)byte : '?';
}

RtfToken rtf_next(RtfLexer *l)
{
    RtfToken token = {.kind = RTF_END};
    while (l->at < l->end && (*l->at == '\r' || *l->at == '\n' || *l->at == '\0'))
        l->at++;
    if (l->at == l->end)
        return token;
    switch (*l->at) {
    case '{':
        token.kind = RTF_OPEN;
        l->at++;
        break;
    case '}':
        token.kind = RTF_CLOSE;
        l->at++;
        break;
    case '\\':
        lex_escape(l, &token);
        break;
    default:
        token.kind = RTF_TEXT;
        token.text = l->at;
        while (l->at < l->end && !memchr("{}\\\r\n", *l->at, 6))
            l->at++;
        token.length = (gsize)(l->at - token.text);
        break;
    }
    return token;
}
