/* A reader that does what a captured reader would do. It speaks the protocol like docket-reader;
 * the document's first line says what it does instead of reading ("mode: hang"). */
int main(void)
{
    return 2;
}
