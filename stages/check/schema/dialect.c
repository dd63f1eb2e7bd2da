/* The drafts, and dialects of one's own by their meta-schema's $vocabulary. */
#include "stages/check/schema/dialect.h"

#include "stages/check/schema/index.h"

#include <string.h>

#define EVERYTHING                                                                                 \
    (VOCABULARY_CORE | VOCABULARY_VALIDATION | VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED |    \
     VOCABULARY_FORMAT | VOCABULARY_CONTENT)

/* Oldest first; the last is the default. */
static const SchemaDialect dialects[] = {
    {"http://json-schema.org/draft-04/schema", DRAFT_4, "id", TRUE, TRUE, EVERYTHING},
    {"http://json-schema.org/draft-06/schema", DRAFT_6, "$id", TRUE, TRUE, EVERYTHING},
    {"http://json-schema.org/draft-07/schema", DRAFT_7, "$id", TRUE, TRUE, EVERYTHING},
    {"https://json-schema.org/draft/2019-09/schema", DRAFT_2019, "$id", FALSE, FALSE, EVERYTHING},
    {"https://json-schema.org/draft/2020-12/schema", DRAFT_2020, "$id", FALSE, FALSE, EVERYTHING},
};

/* In 2019-09 the applicator vocabulary holds the unevaluated* keywords, and the format vocabulary
 * asks for assertion when it is required. */
#define VOCAB_2019 "https://json-schema.org/draft/2019-09/vocab/"
#define VOCAB_2020 "https://json-schema.org/draft/2020-12/vocab/"
static const struct {
    const char *uri;
    guint draft;
    guint bits;
    guint when_required; /* more bits when its value is true */
} vocabularies[] = {
    {VOCAB_2019 "core", DRAFT_2019, VOCABULARY_CORE, 0},
    {VOCAB_2019 "applicator", DRAFT_2019, VOCABULARY_APPLICATOR | VOCABULARY_UNEVALUATED, 0},
    {VOCAB_2019 "validation", DRAFT_2019, VOCABULARY_VALIDATION, 0},
    {VOCAB_2019 "meta-data", DRAFT_2019, 0, 0},
    {VOCAB_2019 "format", DRAFT_2019, VOCABULARY_FORMAT, VOCABULARY_FORMAT_ASSERTION},
    {VOCAB_2019 "content", DRAFT_2019, VOCABULARY_CONTENT, 0},
    {VOCAB_2020 "core", DRAFT_2020, VOCABULARY_CORE, 0},
    {VOCAB_2020 "applicator", DRAFT_2020, VOCABULARY_APPLICATOR, 0},
    {VOCAB_2020 "unevaluated", DRAFT_2020, VOCABULARY_UNEVALUATED, 0},
    {VOCAB_2020 "validation", DRAFT_2020, VOCABULARY_VALIDATION, 0},
    {VOCAB_2020 "meta-data", DRAFT_2020, 0, 0},
    {VOCAB_2020 "format-annotation", DRAFT_2020, VOCABULARY_FORMAT, 0},
    {VOCAB_2020 "format-assertion", DRAFT_2020, VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION, 0},
    {VOCAB_2020 "content", DRAFT_2020, VOCABULARY_CONTENT, 0},
};

/* The part behind http: or https:, which authors confuse. */
static const char *behind_scheme(const char *uri)
{
    static const char *const schemes[] = {"http:", "https:"};
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
        if (g_ascii_strncasecmp(uri, schemes[i], strlen(schemes[i])) == 0)
            return uri + strlen(schemes[i]);
    }
    return uri;
}

const SchemaDialect *dialect_find(const char *uri)
{
    const char *wanted = behind_scheme(uri);
    gsize length = strlen(wanted);
    if (length > 0 && wanted[length - 1] == '#')
        length--;
    for (gsize i = 0; i < G_N_ELEMENTS(dialects); i++) {
        const char *known = behind_scheme(dialects[i].uri);
        if (strlen(known) == length && memcmp(known, wanted, length) == 0)
            return &dialects[i];
    }
    return NULL;
}

const SchemaDialect *dialect_default(void)
{
    return &dialects[G_N_ELEMENTS(dialects) - 1];
}

const char *const *schema_dialects(void)
{
    static const char *const uris[] = {
        "http://json-schema.org/draft-04/schema",
        "http://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
        NULL,
    };
    return uris;
}

char *dialect_names(void)
{
    GString *names = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(dialects); i++)
        g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", dialects[i].uri);
    return g_string_free(names, FALSE);
}

/* ---- dialects of one's own ---- */

#define MAX_META 8u /* meta-schemas of meta-schemas */

static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static gboolean fail(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, DOCKET_ERROR, DOCKET_ERROR_SCHEMA, message);
    return FALSE;
}

/* The draft whose core vocabulary is listed: a meta-schema may describe itself. */
static const SchemaDialect *draft_of(const cJSON *list)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        for (gsize i = 0; i < G_N_ELEMENTS(vocabularies); i++) {
            if (vocabularies[i].bits != VOCABULARY_CORE ||
                strcmp(entry->string, vocabularies[i].uri) != 0)
                continue;
            for (gsize k = 0; k < G_N_ELEMENTS(dialects); k++) {
                if (dialects[k].draft == vocabularies[i].draft)
                    return &dialects[k];
            }
        }
    }
    return NULL;
}

static gboolean read_vocabularies(const cJSON *list, DialectReading *reading, GError **error)
{
    reading->vocabularies = VOCABULARY_CORE;
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        gboolean known = FALSE;
        for (gsize i = 0; !known && i < G_N_ELEMENTS(vocabularies); i++) {
            known = vocabularies[i].draft == reading->dialect->draft &&
                    strcmp(entry->string, vocabularies[i].uri) == 0;
            if (known)
                reading->vocabularies |= vocabularies[i].bits |
                                         (cJSON_IsTrue(entry) ? vocabularies[i].when_required : 0);
        }
        if (!known && cJSON_IsTrue(entry))
            return fail(error, "the dialect requires the vocabulary %s, which is unknown here",
                        entry->string);
    }
    return TRUE;
}

/* A meta-schema without the core vocabulary of a draft is of the draft that it is written in. */
gboolean dialect_read(SchemaRegistry *registry, const char *uri, DialectReading *reading,
                      GError **error)
{
    const SchemaDialect *draft = dialect_find(uri);
    const cJSON *list = NULL;
    g_autofree char *at = schema_uri_resolve("", uri);
    for (guint depth = 0; draft == NULL && at != NULL && depth < MAX_META; depth++) {
        const cJSON *metaschema = schema_registry_find(registry, at);
        const cJSON *own = cJSON_GetObjectItemCaseSensitive(metaschema, "$vocabulary");
        const cJSON *next = cJSON_GetObjectItemCaseSensitive(metaschema, "$schema");
        if (depth == 0)
            list = own;
        draft = draft_of(own);
        if (draft != NULL || !cJSON_IsString(next))
            break;
        draft = dialect_find(next->valuestring);
        g_free(at);
        at = schema_uri_resolve("", next->valuestring);
    }
    if (draft == NULL) {
        g_autofree char *names = dialect_names();
        return fail(error, "the dialect %s is unknown; known are %s", uri, names);
    }
    *reading = (DialectReading){draft, draft->vocabularies};
    return list == NULL || read_vocabularies(list, reading, error);
}
