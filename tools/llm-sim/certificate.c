#include "tools/llm-sim/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pipeline/core/error.h"

#define VALID_S (24 * 3600)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free_all)

static gboolean add_extension(X509 *certificate, int kind, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
    gboolean good = extension && X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return good;
}

static X509 *sign(EVP_PKEY *key)
{
    g_autoptr(X509) certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -VALID_S);
    X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guchar *)"llm-sim", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    if (!add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost") ||
        !add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") ||
        !X509_sign(certificate, key, EVP_sha256()))
        return NULL;
    return g_steal_pointer(&certificate);
}

static char *text_of(BIO *bio)
{
    char *data = NULL;
    long length = BIO_get_mem_data(bio, &data);
    return g_strndup(data, (gsize)length);
}

gboolean certificate_make(char **key, char **certificate, GError **error)
{
    g_autoptr(EVP_PKEY) pair = EVP_EC_gen("P-256");
    g_autoptr(X509) signed_one = pair ? sign(pair) : NULL;
    g_autoptr(BIO) key_text = BIO_new(BIO_s_mem());
    g_autoptr(BIO) certificate_text = BIO_new(BIO_s_mem());
    if (!signed_one || !PEM_write_bio_PrivateKey(key_text, pair, NULL, NULL, 0, NULL, NULL) ||
        !PEM_write_bio_X509(certificate_text, signed_one)) {
        g_set_error(error, DOCKET_ERROR, DOCKET_ERROR_INTERNAL, "no certificate could be made");
        return FALSE;
    }
    *key = text_of(key_text);
    *certificate = text_of(certificate_text);
    return TRUE;
}
