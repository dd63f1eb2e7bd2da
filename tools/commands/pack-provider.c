#include "tools/commands/pack-provider.h"

#include <string.h>

#include "stages/ask/presets.h"
#include "stages/ask/subset.h"

static const Subset *subset_for(const char *provider)
{
    const Subset *subset = subset_by_name(provider);
    const char *name = subset ? NULL : preset_known(provider, "schema");
    return name ? subset_by_name(name) : subset;
}

gboolean pack_provider_known(const char *provider)
{
    return subset_for(provider) != NULL;
}

char *pack_provider_names(void)
{
    g_autofree char *presets = preset_names();
    GString *names = g_string_new(presets);
    for (const Subset *subset = subsets; subset->name; subset++)
        if (!preset_known(subset->name, "schema"))
            g_string_append_printf(names, ", %s", subset->name);
    return g_string_free(names, FALSE);
}

static const char *how_sent(const DialectSchema *schema)
{
    return !schema->usable ? "not sent: the model is asked in words, and every rule is checked here"
           : !schema->strict ? "sent as a wish: parts cannot be enforced"
                             : "sent, and enforced as far as listed";
}

/* ---- as text ---- */

static void print_enforced(const Console *console, const GPtrArray *notes)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) order = g_ptr_array_new();
    for (guint i = 0; i < notes->len; i++) {
        const SubsetNote *note = notes->pdata[i];
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, note->keyword));
        if (note->enforced && n == 0)
            g_ptr_array_add(order, (gpointer)note->keyword);
        if (note->enforced)
            g_hash_table_insert(counts, (gpointer)note->keyword, GUINT_TO_POINTER(n + 1));
    }
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; i < order->len; i++)
        g_string_append_printf(line, "%s%s (%u)", i ? ", " : "", (const char *)order->pdata[i],
                               GPOINTER_TO_UINT(g_hash_table_lookup(counts, order->pdata[i])));
    console_line(console, "  enforced by the provider: %s", order->len ? line->str : "nothing");
}

/* `enforced`: those that were put into other words; else those that are checked here alone. */
static void print_each(const Console *console, const GPtrArray *notes, gboolean enforced,
                       const char *title)
{
    gboolean begun = FALSE;
    for (guint i = 0; i < notes->len; i++) {
        const SubsetNote *note = notes->pdata[i];
        if (note->enforced != enforced || (enforced && !note->how))
            continue;
        if (!begun)
            console_line(console, "  %s", title);
        begun = TRUE;
        console_line(console, "    %-32s %s%s%s", *note->pointer ? note->pointer : "/",
                     note->keyword, note->how ? ": " : "", note->how ? note->how : "");
    }
}

static void print(const Console *console, const Pack *pack, const char *provider,
                  const DialectSchema *schema, const GPtrArray *notes)
{
    console_line(console, "%s at %s: %s", pack->name, provider, how_sent(schema));
    if (schema->usable)
        print_enforced(console, notes);
    print_each(console, notes, TRUE, "said in other words");
    print_each(console, notes, FALSE, "checked here alone");
}

/* ---- as JSON ---- */

static void add(cJSON *item, const char *provider, const DialectSchema *schema,
                const GPtrArray *notes)
{
    cJSON *object = cJSON_AddObjectToObject(item, "provider");
    cJSON_AddStringToObject(object, "name", provider);
    cJSON_AddBoolToObject(object, "sent", schema->usable);
    cJSON_AddBoolToObject(object, "strict", schema->usable && schema->strict);
    cJSON *rules = cJSON_AddArrayToObject(object, "rules");
    for (guint i = 0; i < notes->len; i++) {
        const SubsetNote *note = notes->pdata[i];
        cJSON *rule = cJSON_CreateObject();
        cJSON_AddStringToObject(rule, "pointer", note->pointer);
        cJSON_AddStringToObject(rule, "keyword", note->keyword);
        cJSON_AddBoolToObject(rule, "enforced", schema->usable && note->enforced);
        cJSON_AddBoolToObject(rule, "would_be_refused", note->refused);
        if (note->how)
            cJSON_AddStringToObject(rule, "how", note->how);
        cJSON_AddItemToArray(rules, rule);
    }
    cJSON_AddItemToObject(object, "schema", cJSON_Duplicate(schema->schema, TRUE));
}

gboolean pack_provider_show(const Console *console, const Pack *pack, const char *provider,
                            cJSON *item, GError **error)
{
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func((GDestroyNotify)subset_note_free);
    g_autoptr(DialectSchema) schema =
        subset_schema(subset_for(provider), pack->name, pack->schema, notes, error);
    if (!schema)
        return FALSE;
    if (console->json)
        add(item, provider, schema, notes);
    else
        print(console, pack, provider, schema, notes);
    return TRUE;
}
