/* Packs: what is loaded, what is refused and where the fault is said to be, and what the version
 * depends on. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/core/error.h"
#include "pipeline/host/pack.h"

typedef struct {
    char *root, *pack;
} Fixture;

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name = dir ? g_dir_read_name(dir) : NULL; name; name = g_dir_read_name(dir)) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) && !g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            remove_tree(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

static void put(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->pack, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* A small pack that is whole. */
static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->root = g_dir_make_tmp("docket-packs-XXXXXX", NULL);
    fixture->pack = g_build_filename(fixture->root, "letter", NULL);
    put(fixture, "pack.conf",
        "[pack]\ntitle = Letter\ndescription = Letters\nprompt = v2\ncontext = guide.md\n"
        "[recognise]\nwords = Dear SIR:2.5;recipe:-4;plain\ncolumns = a; b\nat = 2\n"
        "[decide]\naccept_at = 0.9\n[limits]\nmax_repairs = 1\nmax_input_chars = 5000\n"
        "max_input_tokens = 0\nmax_input_bytes = 100000\n"
        "[budget]\nday = 2.5\nmonth = 40\nat_limit = template\n");
    put(fixture, "schema.json", "{\"type\": \"object\", \"title\": \"Letter\"}");
    put(fixture, "prompts/v1.md", "old");
    put(fixture, "prompts/v2.md", "Turn it into a record.\n");
    put(fixture, "guide.md", "The guide.\n");
    put(fixture, "rules.jq", "empty\n");
    put(fixture, "template.json", "{\"fields\": {}}");
    put(fixture, "examples.jsonl", "{\"document\": \"x\", \"record\": {\"a\": 1}}\n\n");
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    remove_tree(fixture->root);
    g_free(fixture->pack);
    g_free(fixture->root);
}

static Pack *load(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    Pack *pack = pack_load(fixture->pack, &error);
    g_assert_no_error(error);
    return pack;
}

static void refuse(const Fixture *fixture, const char *name, const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->pack, name, NULL);
    g_autofree char *before = NULL;
    if (!g_file_get_contents(path, &before, NULL, NULL))
        before = NULL;
    put(fixture, name, text);
    g_autoptr(Pack) pack = pack_load(fixture->pack, &error);
    g_assert_null(pack);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    if (!strstr(error->message, words))
        g_error("\"%s\" does not say \"%s\"", error->message, words);
    if (before)
        put(fixture, name, before);
    else
        g_unlink(path);
}

static void test_loads(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Pack) pack = load(fixture);
    g_assert_cmpstr(pack->name, ==, "letter");
    g_assert_cmpstr(pack->title, ==, "Letter");
    g_assert_cmpuint(pack->prompts->len, ==, 2);
    const Prompt *prompt = pack_prompt_for(pack, "00");
    g_assert_cmpstr(prompt->version, ==, "v2");
    g_assert_cmpstr(prompt->text, ==, "Turn it into a record.\n");
    g_assert_cmpstr(pack_prompt(pack, "v1")->text, ==, "old");
    g_assert_cmpstr(pack->context, ==, "The guide.\n");
    g_assert_cmpuint(pack->examples->len, ==, 1);
    g_assert_cmpuint(pack->words->len, ==, 3);
    const PackWord *words = (const PackWord *)(gpointer)pack->words->data;
    g_assert_cmpstr(words[0].word, ==, "dear sir");
    g_assert_cmpfloat(words[0].weight, ==, 2.5);
    g_assert_cmpfloat(words[1].weight, ==, -4);
    g_assert_cmpfloat(words[2].weight, ==, 1);
    g_assert_cmpstr(pack->columns[1], ==, "b");
    g_assert_cmpfloat(pack->recognise_at, ==, 2);
    g_assert_cmpfloat(pack->accept_at, ==, 0.9);
    g_assert_cmpuint(pack->max_repairs, ==, 1);
    g_assert_cmpuint(pack->max_input_chars, ==, 5000);
    g_assert_cmpuint(pack->max_input_tokens, ==, 0);
    g_assert_cmpuint(pack->max_input_bytes, ==, 100000);
    g_assert_cmpfloat(pack->budget_day, ==, 2.5);
    g_assert_cmpfloat(pack->budget_month, ==, 40);
    g_assert_cmpstr(pack->budget_at_limit, ==, "template");
    g_assert_cmpuint(strlen(pack->version), ==, 64);
}

/* Versions in the order of their numbers, shares as stated, each document always the same one. */
static void test_prompt_split(Fixture *fixture, gconstpointer data)
{
    put(fixture, "prompts/v10.md", "newest");
    put(fixture, "prompts/notes.txt", "no prompt");
    put(fixture, "pack.conf", "[pack]\nprompt = v2:90 v10:10\n");
    g_autoptr(Pack) pack = load(fixture);
    const char *const versions[] = {"v1", "v2", "v10"};
    g_assert_cmpuint(pack->prompts->len, ==, G_N_ELEMENTS(versions));
    for (guint i = 0; i < G_N_ELEMENTS(versions); i++)
        g_assert_cmpstr(((const Prompt *)pack->prompts->pdata[i])->version, ==, versions[i]);
    guint newest = 0;
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *sha256 = g_strdup_printf("%064x", i);
        const Prompt *prompt = pack_prompt_for(pack, sha256);
        g_assert_true(prompt == pack_prompt_for(pack, sha256));
        newest += g_str_equal(prompt->version, "v10");
    }
    g_assert_cmpuint(newest, >, 60);
    g_assert_cmpuint(newest, <, 140);
}

static void test_refused(Fixture *fixture, gconstpointer data)
{
    refuse(fixture, "pack.conf", "[pack]\ntitel = x\n", "pack.conf:2: unknown key \"titel\"");
    refuse(fixture, "pack.conf", "[pack]\ntitel = x\n", "did you mean \"title\"?");
    refuse(fixture, "pack.conf", "[recognize]\nat = 1\n", "did you mean \"recognise\"?");
    refuse(fixture, "pack.conf", "[decide]\n\naccept_at = 1.5\n", "pack.conf:3: accept_at must be");
    refuse(fixture, "pack.conf", "[limits]\nmax_input_tokens = 10\n", "max_input_tokens must be");
    refuse(fixture, "pack.conf", "[limits]\nmax_input_bytes = 1e9\n", "max_input_bytes must be");
    refuse(fixture, "pack.conf", "[budget]\nday = -1\n", "pack.conf:2: day must be");
    refuse(fixture, "pack.conf", "[budget]\nat_limit = stop\n", "must be hold or template");
    refuse(fixture, "pack.conf", "[recognise]\nwords = a:b\n", "pack.conf:2: the weight after");
    refuse(fixture, "pack.conf", "[pack]\nprompt = ../v1\n", "prompt must be a version");
    refuse(fixture, "pack.conf", "[pack]\nprompt = v9\n", "v9.md");
    refuse(fixture, "pack.conf", "[pack]\nprompt = v1:90 v9:10\n", "v9.md");
    refuse(fixture, "pack.conf", "[pack]\n\nprompt = v1:90 v2:0\n", "pack.conf:3: prompt must be");
    refuse(fixture, "pack.conf", "[pack]\nprompt = v1:1 v1:2\n", "stands there twice");
    refuse(fixture, "pack.conf", "[pack]\nprompt =\n", "no name is given");
    refuse(fixture, "pack.conf", "[pack]\nprompt = v2\ncontext = ../../x\n", "inside the pack");
    refuse(fixture, "pack.conf", "[pack]\nprompt = v2\ncontext = no.md\n", "no.md");
    refuse(fixture, "schema.json", "{", "schema.json");
    refuse(fixture, "schema.json", "[]", "must be a JSON object");
    refuse(fixture, "examples.jsonl", "\n{\"document\": 1}\n", "examples.jsonl:2");
    refuse(fixture, "examples.jsonl", "{\"document\": \"a\", \"record\": {}}\n{\n",
           "examples.jsonl:2");
    refuse(fixture, "prompts/v2.md", "", "is empty");
    refuse(fixture, "rules.jq", "\xff", "not UTF-8");

    g_autofree char *link = g_build_filename(fixture->pack, "other.md", NULL);
    g_assert_cmpint(symlink("guide.md", link), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(pack_load(fixture->pack, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    g_assert_nonnull(strstr(error->message, "symbolic link"));
}

static void test_version(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Pack) first = load(fixture);
    g_autoptr(Pack) again = load(fixture);
    g_assert_cmpstr(first->version, ==, again->version);

    /* Cases, dotfiles and editors' left-overs do not make another pack; everything else does. */
    put(fixture, "cases/a.txt", "a case");
    put(fixture, ".swp", "x");
    put(fixture, "guide.md~", "x");
    g_autoptr(Pack) with_cases = load(fixture);
    g_assert_cmpstr(first->version, ==, with_cases->version);
    put(fixture, "prompts/v1.md", "older");
    g_autoptr(Pack) other = load(fixture);
    g_assert_cmpstr(first->version, !=, other->version);
    /* The border between a name and its bytes counts. */
    put(fixture, "x", "yz");
    g_autoptr(Pack) left = load(fixture);
    g_autofree char *path = g_build_filename(fixture->pack, "x", NULL);
    g_unlink(path);
    put(fixture, "xy", "z");
    g_autoptr(Pack) right = load(fixture);
    g_assert_cmpstr(left->version, !=, right->version);
}

static void count_free(gpointer data)
{
    (*(guint *)data)++;
}

static void test_many(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) packs = packs_load(fixture->root, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(packs->len, ==, 1);
    Pack *pack = packs_find(packs, "letter");
    g_assert_true(pack == packs->pdata[0]);
    g_assert_null(packs_find(packs, "lette"));

    guint freed = 0;
    g_assert_null(pack_attached(pack, "stage"));
    pack_attach(pack, "stage", &freed, count_free);
    g_assert_true(pack_attached(pack, "stage") == &freed);
    pack_attach(pack, "stage", &freed, count_free);
    g_assert_cmpuint(freed, ==, 1);
    g_clear_pointer(&packs, g_ptr_array_unref);
    g_assert_cmpuint(freed, ==, 2);

    put(fixture, "schema.json", "{");
    g_assert_null(packs_load(fixture->root, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
    g_assert_nonnull(strstr(error->message, "letter"));
    g_clear_error(&error);
    g_assert_null(packs_load("/nowhere/packs", &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
}

static void test_from_schema(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    cJSON *schema = json_parse("{\"title\": \"T\", \"type\": \"object\"}", 32, &error);
    g_assert_no_error(error);
    g_autoptr(Pack) pack = pack_from_schema("schema", schema, &error);
    g_assert_no_error(error);
    g_assert_null(pack->directory);
    g_assert_cmpstr(pack->title, ==, "T");
    g_assert_cmpuint(strlen(pack->version), ==, 64);
    g_assert_cmpuint(strlen(pack_prompt_for(pack, "00")->text), >, 100);
    g_assert_cmpuint(pack->examples->len, ==, 0);

    cJSON *list = cJSON_CreateArray();
    g_assert_null(pack_from_schema("schema", list, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_PACK);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/pack/loads", test_loads);
    ADD("/pack/prompt-split", test_prompt_split);
    ADD("/pack/refused", test_refused);
    ADD("/pack/version", test_version);
    ADD("/pack/many", test_many);
    ADD("/pack/from-schema", test_from_schema);
    return g_test_run();
}
