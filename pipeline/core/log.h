/* Talk goes to stderr through GLib's structured log: one line a message, safe for terminals. */
#pragma once

#include <glib.h>

typedef enum { LOG_QUIET, LOG_NORMAL, LOG_VERBOSE } LogLevel;

/* Installs the writer for the program. QUIET: errors only; VERBOSE: debug too. Call once in main.
 */
void log_start(const char *program, LogLevel level);

/* One line on stderr at the given level. The text is escaped for terminals. */
void log_error(const char *format, ...) G_GNUC_PRINTF(1, 2); /* always */
void log_info(const char *format, ...) G_GNUC_PRINTF(1, 2);  /* normal and verbose */
void log_debug(const char *format, ...) G_GNUC_PRINTF(1, 2); /* verbose only */
