/* Configuration: precedence, what is refused and how it is said, and where the API key comes from. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pipeline/core/bytes.h"
#include "pipeline/core/error.h"
#include "pipeline/core/limits.h"
#include "pipeline/host/config.h"

typedef struct {
    char *folder, *file;
} Fixture;

static char *user_folder; /* XDG_CONFIG_HOME of this test */

static void set_up(Fixture *fixture, gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("docket-config-XXXXXX", NULL);
    fixture->file = g_build_filename(fixture->folder, "my.conf", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    g_unlink(fixture->file);
    g_rmdir(fixture->folder);
    g_free(fixture->file);
    g_free(fixture->folder);
}

static void put(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
}

/* The text is refused with a message that holds both parts. */
static void refuse(const Fixture *fixture, const char *text, const char *place, const char *words)
{
    g_autoptr(GError) error = NULL;
    put(fixture->file, text);
    g_autoptr(Config) config = config_load(fixture->file, &error);
    g_assert_null(config);
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_autofree char *at = g_strconcat(fixture->file, place, NULL);
    if (!strstr(error->message, at) || !strstr(error->message, words))
        g_error("\"%s\" does not say %s and \"%s\"", error->message, at, words);
}

static Config *load(const Fixture *fixture, const char *text)
{
    g_autoptr(GError) error = NULL;
    put(fixture->file, text);
    Config *config = config_load(fixture->file, &error);
    g_assert_no_error(error);
    return config;
}

static void origin_of(const char *key, const char *value, const char *origin, const char *help,
                      gpointer data)
{
    const char **wanted = data;
    if (g_str_equal(key, wanted[0]))
        wanted[1] = origin;
}

static void assert_origin(const Config *config, const char *key, const char *origin)
{
    const char *pair[] = {key, NULL};
    config_each(config, origin_of, pair);
    g_assert_cmpstr(pair[1], ==, origin);
}

static void test_precedence(Fixture *fixture, gconstpointer data)
{
    g_autofree char *folder = g_build_filename(user_folder, "docket", NULL);
    g_autofree char *user = g_build_filename(folder, "docket.conf", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    put(user, "[run]\nattempts = 3\nsettle = 7\n[readers]\ncount = 5\ndeadline = 9\n");
    g_setenv("DOCKET_READERS_COUNT", "6", TRUE);
    g_setenv("DOCKET_READERS_DEADLINE", "10", TRUE);
    g_autoptr(Config) config = load(fixture, "[run]\n\nattempts = 4\n");
    g_assert_true(config_set(config, "readers.deadline", "11", NULL));

    g_assert_cmpint(config_int(config, "run.attempts"), ==, 4);
    g_assert_cmpfloat(config_double(config, "run.settle"), ==, 7);
    g_assert_cmpint(config_int(config, "readers.count"), ==, 6);
    g_assert_cmpint(config_int(config, "readers.deadline"), ==, 11);
    g_assert_cmpstr(config_string(config, "readers.languages"), ==, "eng");

    g_autofree char *file_origin = g_strconcat(fixture->file, ":3", NULL);
    g_autofree char *user_origin = g_strconcat(user, ":3", NULL);
    assert_origin(config, "run.attempts", file_origin);
    assert_origin(config, "run.settle", user_origin);
    assert_origin(config, "readers.count", "DOCKET_READERS_COUNT");
    assert_origin(config, "readers.deadline", "flag");
    assert_origin(config, "readers.languages", "default");
    g_unsetenv("DOCKET_READERS_COUNT");
    g_unsetenv("DOCKET_READERS_DEADLINE");
    g_unlink(user);
}

static void test_refused(Fixture *fixture, gconstpointer data)
{
    refuse(fixture, "[run]\n# a comment\nsetle = 2\n", ":3", "did you mean \"settle\"?");
    refuse(fixture, "[runs]\nsettle = 2\n", ":1", "did you mean \"run\"?");
    refuse(fixture, "[run]\nlanguages = eng\n", ":2", "it belongs under [readers]");
    refuse(fixture, "[run]\nsettle = soon\n", ":2", "must be a number from 0 to 86400");
    refuse(fixture, "[run]\nattempts = 2.5\n", ":2", "must be a whole number from 1 to 10");
    refuse(fixture, "[run]\nattempts = 11\n", ":2", "must be a whole number");
    refuse(fixture, "[run]\nattempts =\n", ":2", "must be a whole number");
    refuse(fixture, "[run]\noriginals = remove\n", ":2", "one of archive, keep, delete");
    refuse(fixture, "[budget]\nat_limit = stop\n", ":2", "one of hold, template");
    refuse(fixture, "[tenant acme]\nyear = 5\n", ":2", "unknown key \"year\"");
    refuse(fixture, "[model]\nprice_cached = auto\n", ":2", "must be same or a number");
    refuse(fixture, "[run]\nsettle = 1\nsettle = 2\n", ":3", "twice (first on line 2)");
    refuse(fixture, "settle = 1\n", ":1", "before the first");
    refuse(fixture, "[run]\nsettle\n", ":2", "expected \"key = value\"");
    refuse(fixture, "[model]\ntemperature = warm\n", ":2", "auto, none or a number from 0 to 2");
    refuse(fixture, "[model]\nbase_url = ftp://host/v1\n", ":2", "must be a URL");
    refuse(fixture,
           "[model]\nbase_url = https:"
           "//me:secret@host/v1\n",
           ":2", "api_key_env");
    refuse(fixture, "[run]\nsettle = 1\xff\n", "", "not a UTF-8 text file");
}

static void test_secrets_are_not_repeated(Fixture *fixture, gconstpointer data)
{
    static const char *const texts[] = {"[model]\napi_key = sk-verysecret\n",
                                        "[model]\napi_key_env = sk-verysecret\n",
                                        "[model]\nbase_url = https:"
                                        "//u:verysecret@host/\n"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        put(fixture->file, texts[i]);
        g_assert_null(config_load(fixture->file, &error));
        g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
        g_assert_null(strstr(error->message, "verysecret"));
    }
}

static void test_files(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) missing = NULL;
    g_assert_null(config_load("/nowhere/docket.conf", &missing));
    g_assert_nonnull(missing);

    /* A path is relative to the file that names it. */
    g_autoptr(Config) config = load(fixture, "[paths]\ninbox = in/here\noutbox = /abs\n");
    g_autofree char *inbox = g_build_filename(fixture->folder, "in", "here", NULL);
    g_assert_cmpstr(config_string(config, "paths.inbox"), ==, inbox);
    g_assert_cmpstr(config_string(config, "paths.outbox"), ==, "/abs");
    g_assert_cmpuint(config_warnings(config)->len, ==, 0);

    g_assert_cmpint(g_chmod(fixture->file, 0620), ==, 0);
    g_autoptr(Config) careless = config_load(fixture->file, NULL);
    g_assert_nonnull(careless);
    g_assert_cmpuint(config_warnings(careless)->len, ==, 1);

    g_assert_cmpint(g_chmod(fixture->file, 0602), ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_null(config_load(fixture->file, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
}

static void test_environment_and_flags(Fixture *fixture, gconstpointer data)
{
    g_autoptr(Config) config = load(fixture, "");
    g_autoptr(GError) flag = NULL;
    g_assert_false(config_set(config, "readers.ocr", "sometimes", &flag));
    g_assert_error(flag, DOCKET_ERROR, DOCKET_ERROR_USAGE);
    g_assert_nonnull(strstr(flag->message, "auto, always, never"));
    g_assert_cmpstr(config_string(config, "readers.ocr"), ==, "auto");

    g_setenv("DOCKET_READERS_DEADLINE", "soon", TRUE);
    g_autoptr(GError) error = NULL;
    g_assert_null(config_load(fixture->file, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "DOCKET_READERS_DEADLINE"));
    g_unsetenv("DOCKET_READERS_DEADLINE");
    g_clear_error(&error);

    g_setenv("DOCKET_READERS_CUONT", "2", TRUE);
    g_setenv("DOCKET_OF_ANOTHER_PROGRAM", "2", TRUE);
    g_assert_null(config_load(fixture->file, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "DOCKET_READERS_CUONT"));
    g_assert_nonnull(strstr(error->message, "did you mean count?"));
    g_unsetenv("DOCKET_READERS_CUONT");
    g_autoptr(Config) other = config_load(fixture->file, NULL);
    g_assert_nonnull(other);
    g_unsetenv("DOCKET_OF_ANOTHER_PROGRAM");
}

static void refuse_passwords(const Config *config, const char *path, const char *text, int mode)
{
    g_autoptr(GError) error = NULL;
    put(path, text);
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    g_assert_null(config_passwords(config, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_assert_null(strstr(error->message, "secret"));
}

static void test_passwords(Fixture *fixture, gconstpointer data)
{
    static const char *const expected[] = {" with spaces ", "z\303\274ge", "last", NULL};
    g_autofree char *path = g_build_filename(fixture->folder, "passwords", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) none = load(fixture, "");
    g_assert_null(config_passwords(none, &error));
    g_assert_no_error(error);

    g_autoptr(Config) config = load(fixture, "[readers]\npassword_file = passwords\n");
    g_assert_null(config_passwords(config, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_clear_error(&error);

    put(path, " with spaces \r\n\nz\303\274ge\nlast");
    g_assert_cmpint(g_chmod(path, 0640), ==, 0);
    char **passwords = config_passwords(config, &error);
    g_assert_no_error(error);
    g_assert_true(g_strv_equal((const char *const *)passwords, expected));
    bytes_free_secrets(passwords);

    g_autofree char *giant = g_strnfill(DOCKET_MAX_PASSWORD_BYTES + 1, 's');
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i <= DOCKET_MAX_PASSWORDS; i++)
        g_string_append(many, "secret\n");
    refuse_passwords(config, path, "secret\n", 0644);
    refuse_passwords(config, path, "secret\n", 0622);
    refuse_passwords(config, path, "secret \377\n", 0600);
    refuse_passwords(config, path, giant, 0600);
    refuse_passwords(config, path, many->str, 0600);
    g_unlink(path);
}

static void test_api_key(Fixture *fixture, gconstpointer data)
{
    g_autofree char *secret = g_build_filename(fixture->folder, "api_key", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) none = load(fixture, "");
    g_assert_null(config_api_key(none, NULL, &error));
    g_assert_no_error(error);

    put(secret, "from-credential\n");
    g_setenv("CREDENTIALS_DIRECTORY", fixture->folder, TRUE);
    g_autofree char *credential = config_api_key(none, NULL, &error);
    g_assert_cmpstr(credential, ==, "from-credential");
    g_unsetenv("CREDENTIALS_DIRECTORY");

    put(secret, "from-file\n");
    g_autoptr(Config) file = load(fixture, "[model]\napi_key_file = api_key\n");
    g_autofree char *from_file = config_api_key(file, NULL, &error);
    g_assert_cmpstr(from_file, ==, "from-file");

    put(secret, "two\nlines\n");
    g_assert_null(config_api_key(file, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_assert_null(strstr(error->message, "lines"));
    g_clear_error(&error);

    g_unlink(secret);
    g_assert_null(config_api_key(file, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_clear_error(&error);

    g_autoptr(Config) variable = load(fixture, "[model]\napi_key_env = MY_TEST_KEY\n");
    g_assert_null(config_api_key(variable, NULL, &error));
    g_assert_error(error, DOCKET_ERROR, DOCKET_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "MY_TEST_KEY"));
    g_clear_error(&error);
    g_setenv("MY_TEST_KEY", "from-variable", TRUE);
    g_autofree char *from_variable = config_api_key(variable, NULL, &error);
    g_assert_cmpstr(from_variable, ==, "from-variable");
    g_unsetenv("MY_TEST_KEY");
}

static void count_keys(const char *key, const char *value, const char *origin, const char *help,
                       gpointer data)
{
    guint *n = data;
    (*n)++;
    g_assert_nonnull(strchr(key, '.'));
    g_assert_cmpuint(strlen(help), >, 5);
    g_assert_cmpstr(origin, ==, "default");
}

/* Every default is a value that the key's own rule allows. */
static void check_default(const char *key, const char *value, const char *origin, const char *help,
                          gpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) scratch = config_load(data, NULL);
    g_assert_true(config_set(scratch, key, value, &error));
    g_assert_no_error(error);
}

static void test_defaults(Fixture *fixture, gconstpointer data)
{
    guint n = 0;
    g_autoptr(Config) config = load(fixture, "");
    config_each(config, count_keys, &n);
    g_assert_cmpuint(n, >, 25);
    config_each(config, check_default, fixture->file);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    user_folder = g_dir_make_tmp("docket-user-XXXXXX", NULL);
    g_setenv("XDG_CONFIG_HOME", user_folder, TRUE);
    ADD("/config/precedence", test_precedence);
    ADD("/config/refused", test_refused);
    ADD("/config/secrets-are-not-repeated", test_secrets_are_not_repeated);
    ADD("/config/files", test_files);
    ADD("/config/environment-and-flags", test_environment_and_flags);
    ADD("/config/api-key", test_api_key);
    ADD("/config/passwords", test_passwords);
    ADD("/config/defaults", test_defaults);
    int status = g_test_run();
    g_autofree char *folder = g_build_filename(user_folder, "docket", NULL);
    g_rmdir(folder);
    g_rmdir(user_folder);
    g_free(user_folder);
    return status;
}
