/* A document as data: its text between two marker lines that it cannot contain. */
#pragma once

/* A marker for this text: sixteen hexadecimal digits of its SHA-256, or of that with a counter when
 * they occur in the text, in upper or lower case. Caller frees. */
char *document_marker(const char *sha256, const char *text);

/* The message: name, marker line, text, marker line. `name` is the document's name (any bytes), NULL
 * for rows and examples. Caller frees. */
char *document_message(const char *name, const char *marker, const char *text);
