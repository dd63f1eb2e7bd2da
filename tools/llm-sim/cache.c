#include "tools/llm-sim/cache.h"

#include "pipeline/core/clock.h"
#include "tools/llm-sim/completion.h"

#define LEAST_TOKENS 1024
#define STEP_TOKENS 128 /* prefixes without marks are found in steps of this */
#define LIFE_US (300 * G_USEC_PER_SEC)

typedef struct {
    gint64 ready_us, ends_us;
} Prefix;

struct Cache {
    GHashTable *prefixes; /* hash of model and prefix -> Prefix */
};

Cache *cache_new(void)
{
    Cache *cache = g_new(Cache, 1);
    cache->prefixes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return cache;
}

void cache_free(Cache *cache)
{
    g_hash_table_unref(cache->prefixes);
    g_free(cache);
}

/* The ends of the prefixes that may be cached, shortest first: where the client says, or every so
 * many tokens. Caller frees. */
static GArray *prefix_ends(const Question *question)
{
    GArray *ends = g_array_new(FALSE, FALSE, sizeof(gsize));
    if (question->marks) {
        for (guint i = 0; i < question->marks->len; i++)
            if (tokens_of(g_array_index(question->marks, gsize, i)) >= LEAST_TOKENS)
                g_array_append_val(ends, g_array_index(question->marks, gsize, i));
        return ends;
    }
    for (gsize end = LEAST_TOKENS * TOKEN_BYTES; end <= question->prompt->len;
         end += STEP_TOKENS * TOKEN_BYTES)
        g_array_append_val(ends, end);
    return ends;
}

void cache_use(Cache *cache, const Question *question, gint64 ready_us, gint64 *read,
               gint64 *written)
{
    gint64 now = clock_monotonic_us();
    g_autoptr(GArray) ends = prefix_ends(question);
    g_autoptr(GChecksum) running = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(running, (const guchar *)question->model, -1);
    gsize hashed = 0, found = 0;
    for (guint i = 0; i < ends->len; i++) {
        gsize end = g_array_index(ends, gsize, i);
        g_checksum_update(running, (const guchar *)question->prompt->str + hashed,
                          (gssize)(end - hashed));
        hashed = end;
        g_autoptr(GChecksum) here = g_checksum_copy(running);
        const char *hash = g_checksum_get_string(here);
        Prefix *prefix = g_hash_table_lookup(cache->prefixes, hash);
        gboolean alive = prefix && prefix->ends_us > now;
        if (alive && prefix->ready_us <= now)
            found = end;
        if (!prefix) {
            prefix = g_new0(Prefix, 1);
            g_hash_table_insert(cache->prefixes, g_strdup(hash), prefix);
        }
        if (!alive)
            prefix->ready_us = ready_us;
        prefix->ends_us = MAX(now, ready_us) + LIFE_US;
    }
    *read = tokens_of(found);
    /* Only a client that marks what to keep pays for the keeping. */
    *written = question->marks && hashed > found ? tokens_of(hashed) - *read : 0;
}
