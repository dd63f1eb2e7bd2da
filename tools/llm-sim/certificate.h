/* A self-signed certificate for 127.0.0.1 and localhost, made when the simulator starts. */
#pragma once

#include <glib.h>

/* Both as PEM; caller frees. DOCKET_ERROR_INTERNAL. */
gboolean certificate_make(char **key, char **certificate, GError **error);
