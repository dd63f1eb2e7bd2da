/* schemas/template.schema.json and the template compiler say the same of what can be written, but for
 * patterns, which only the compiler reads, and for what the compiler passes over. */
#include "stages/check/schema/schema.h"
#include "stages/decide/template.h"

#include <string.h>

typedef enum { BOTH, PASSED_OVER, PATTERN, NEITHER } Wanted;

/* "'" stands for a quotation mark. */
static const struct {
    Wanted wanted; /* who takes it: both, the compiler alone, the schema alone, nobody */
    const char *template;
} cases[] = {
    {BOTH, "{}"},
    {BOTH, "{'$schema':'../template.schema.json','dates':'ymd','decimal':'comma','derive':false}"},
    {NEITHER, "{'feilds':{}}"},
    {NEITHER, "{'derived fields':{}}"},
    {NEITHER, "{'dates':'ydm'}"},
    {NEITHER, "{'decimal':'.'}"},
    {NEITHER, "{'noise':'page'}"},
    {NEITHER, "{'fields':[]}"},
    {NEITHER, "{'fields':[{}]}"},
    {PASSED_OVER, "{'derive':'no'}"},
    {BOTH, "{'fields':{'a':false,'b':{},'/c/d':{'value':null,'default':[7]}}}"},
    {NEITHER, "{'fields':{'a':7}}"},
    {NEITHER, "{'fields':{'a':true}}"},
    {NEITHER, "{'fields':{'a':{'labls':[]}}}"},
    {NEITHER, "{'fields':{'a':{'labels':'x'}}}"},
    {NEITHER, "{'fields':{'a':{'parser':'mony'}}}"},
    {NEITHER, "{'fields':{'a':{'pick':'any'}}}"},
    {NEITHER, "{'fields':{'a':{'case':'shout'}}}"},
    {NEITHER, "{'fields':{'a':{'position':['left']}}}"},
    {BOTH, "{'fields':{'a':{'position':['right','below','above','block']}}}"},
    {NEITHER, "{'fields':{'a':{'position':['right','right','right','right','right']}}}"},
    {BOTH, "{'fields':{'a':{'pattern':'(?i)a(?<value>b)','match':'^\\\\x{2600}','reject':''}}}"},
    {PATTERN, "{'fields':{'a':{'pattern':'('}}}"},
    {PATTERN, "{'fields':{'a':{'replace':[['(','']]}}}"},
    {PATTERN, "{'fields':{'a':{'synonyms':{'x':['/(/']}}}}"},
    {BOTH, "{'fields':{'a':{'replace':[['a','$1'],['b','']]}}}"},
    {NEITHER, "{'fields':{'a':{'replace':['a','b']}}}"},
    {NEITHER, "{'fields':{'a':{'replace':[['a']]}}}"},
    {PASSED_OVER, "{'fields':{'a':{'replace':[['a','b','c']]}}}"},
    {BOTH, "{'fields':{'a':{'synonyms':{'x':['y','/z/']}}}}"},
    {NEITHER, "{'fields':{'a':{'synonyms':['x']}}}"},
    {NEITHER, "{'fields':{'a':{'synonyms':{'x':[7]}}}}"},
    {PASSED_OVER, "{'fields':{'a':{'synonyms':{'x':'y'}}}}"},
    {BOTH, "{'fields':{'a':{'region':{'pages':'last','from':0.5,'to':1}}}}"},
    {NEITHER, "{'fields':{'a':{'region':{'page':'last'}}}}"},
    {NEITHER, "{'fields':{'a':{'region':{'pages':'2'}}}}"},
    {PASSED_OVER, "{'fields':{'a':{'region':'first'}}}"},
    {PASSED_OVER, "{'fields':{'a':{'region':{'to':50}}}}"},
    {PASSED_OVER, "{'fields':{'a':{'anywhere':'yes'}}}"},
    {PASSED_OVER, "{'fields':{'a':{'lines':0}}}"},
    {PASSED_OVER, "{'fields':{'a':{'max_length':'80'}}}"},
    {BOTH, "{'fields':{'a':{'in':['*'],'lines':3,'join':' ','spell':['x'],'until':['y'],'words':"
           "['z'],'many':true,'split':',','anywhere':true,'not':['n'],'max_length':80}}}"},
    {NEITHER, "{'fields':{'a':{'words':[7]}}}"},
    {BOTH, "{'fields':{'a':{'agree':[]}}}"},
    {BOTH, "{'fields':{'a':{'agree':['x','-y',{'labels':['z']}]}}}"},
    {BOTH, "{'fields':{'a':{'agree':[['x','-y'],[{'labels':['z']}]],'round':{'step':0.05,"
           "'labels':['r']}}}}"},
    {NEITHER, "{'fields':{'a':{'agree':'x'}}}"},
    {NEITHER, "{'fields':{'a':{'agree':['x',['y']]}}}"},
    {NEITHER, "{'fields':{'a':{'agree':[{'label':['y']}]}}}"},
    {PASSED_OVER, "{'fields':{'a':{'agree':[['x'],'y']}}}"},
    {NEITHER, "{'fields':{'a':{'round':{'step':0.05,'labels':[]}}}}"},
    {NEITHER, "{'fields':{'a':{'agree':['x'],'round':{'step':0,'labels':[]}}}}"},
    {NEITHER, "{'fields':{'a':{'agree':['x'],'round':{'step':1}}}}"},
    {BOTH, "{'fields':{'a':{'table':{}}}}"},
    {BOTH, "{'fields':{'a':{'table':{'columns':{'b':{'labels':['x'],'parser':'money','case':"
           "'lower'},'c':{}},'require':['b'],'end':['e'],'skip':['s'],'rows':['(?<b>x)'],"
           "'sum':'b'}}}}"},
    {NEITHER, "{'fields':{'a':{'table':[]}}}"},
    {NEITHER, "{'fields':{'a':{'table':{'column':{}}}}}"},
    {NEITHER, "{'fields':{'a':{'table':{'columns':[{}]}}}}"},
    {NEITHER, "{'fields':{'a':{'table':{'columns':{'b':false}}}}}"},
    {NEITHER, "{'fields':{'a':{'table':{'columns':{'b':{'pick':'last'}}}}}}"},
    {PASSED_OVER, "{'fields':{'a':{'table':{'sum':7}}}}"},
    {BOTH, "{'fields':{'a':{'collect':{'as':'object','except':['x'],'in':['*'],'name':'n','value':"
           "'v','pattern':'(?<name>a)(?<value>b)'}}}}"},
    {NEITHER, "{'fields':{'a':{'collect':{'as':'map'}}}}"},
    {NEITHER, "{'fields':{'a':{'collect':true}}}"},
    {BOTH, "{'fields':{'a':{'rules':[{'in':['x'],'pattern':'y','unless':'z','most':2,'grade':'g',"
           "'item':{'t':'$0'}},{'in':['x'],'missing':true,'item':{}},{'in':['x'],'above':0,"
           "'item':{}},{'in':['x'],'longer':1,'item':{}},{'in':['x'],'shouts':true,'item':{}}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':{}}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'in':['x'],'item':{}}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'in':['x'],'missing':false,'item':{}}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'in':['x'],'pattern':'y'}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'pattern':'y','item':{}}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'in':['x'],'pattern':'y','item':['$0']}]}}}"},
    {NEITHER, "{'fields':{'a':{'rules':[{'in':['x'],'longer':0,'item':{}}]}}}"},
    {BOTH, "{'fields':{'a':{'choose':[{'if':'/b','grade':'g','value':1},{'if':'/b','absent':true,"
           "'value':2},{'if':'/b','match':'x','value':null},{'value':[]}]}}}"},
    {NEITHER, "{'fields':{'a':{'choose':[{'if':'/b'}]}}}"},
    {NEITHER, "{'fields':{'a':{'choose':[7]}}}"},
    {PASSED_OVER, "{'fields':{'a':{'choose':[{'if':'b','value':1}]}}}"},
    {PASSED_OVER, "{'fields':{'a':{'choose':[{'grade':'g','value':1}]}}}"},
};

static Schema *schema;
static cJSON *document;

static gboolean compiles(const cJSON *template)
{
    g_autoptr(cJSON) record = cJSON_CreateObject();
    g_autoptr(GError) error = NULL;
    g_autoptr(Template) compiled = template_new(template, record, &error);
    g_assert_true((compiled == NULL) == (error != NULL));
    return compiled != NULL;
}

static void test_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(cases[i].template), "'", '"');
        g_autoptr(GError) error = NULL;
        g_autoptr(cJSON) template = json_parse(text, strlen(text), &error);
        g_assert_no_error(error);
        Wanted wanted = cases[i].wanted;
        gboolean code = wanted == BOTH || wanted == PASSED_OVER;
        gboolean data = wanted == BOTH || wanted == PATTERN;
        if (compiles(template) != code)
            g_error("the compiler %s %s", code ? "refuses" : "takes", text);
        if ((schema_check(schema, template) == SCHEMA_VALID) != data)
            g_error("the schema %s %s", data ? "refuses" : "takes", text);
    }
}

/* An entry with this key alone, whose value is of no use. */
static void assert_key_known(const char *key, const char *format)
{
    g_autofree char *text = g_strdup_printf(format, key);
    g_autoptr(cJSON) template = json_parse(text, strlen(text), NULL);
    g_autoptr(cJSON) record = cJSON_CreateObject();
    g_autoptr(GError) error = NULL;
    g_autoptr(Template) compiled = template_new(template, record, &error);
    if (error && strstr(error->message, "is not a key"))
        g_error("%s: %s", text, error->message);
}

/* What the schema knows, the compiler knows. */
static void test_keys(void)
{
    static const struct {
        const char *properties, *format;
    } objects[] = {
        {"/properties", "{\"%s\":0}"},
        {"/$defs/field/properties", "{\"fields\":{\"a\":{\"%s\":0}}}"},
        {"/$defs/region/properties", "{\"fields\":{\"a\":{\"region\":{\"%s\":0}}}}"},
        {"/$defs/table/properties", "{\"fields\":{\"a\":{\"table\":{\"%s\":0}}}}"},
        {"/$defs/column/properties",
         "{\"fields\":{\"a\":{\"table\":{\"columns\":{\"b\":{\"%s\":0}}}}}}"},
        {"/$defs/collect/properties", "{\"fields\":{\"a\":{\"collect\":{\"%s\":0}}}}"},
        {"/$defs/rule/properties", "{\"fields\":{\"a\":{\"rules\":[{\"%s\":0}]}}}"},
        {"/$defs/choice/properties", "{\"fields\":{\"a\":{\"choose\":[{\"%s\":0}]}}}"},
    };
    const cJSON *property;
    for (gsize i = 0; i < G_N_ELEMENTS(objects); i++) {
        const cJSON *properties = json_at(document, objects[i].properties);
        g_assert_cmpint(cJSON_GetArraySize(properties), >, 2);
        cJSON_ArrayForEach(property, properties)
        {
            assert_key_known(property->string, objects[i].format);
        }
    }
}

static void test_words(void)
{
    static const struct {
        const char *list, *format;
    } words[] = {
        {"/properties/dates/enum", "{\"dates\":\"%s\"}"},
        {"/properties/decimal/enum", "{\"decimal\":\"%s\"}"},
        {"/$defs/parser/enum", "{\"fields\":{\"a\":{\"parser\":\"%s\"}}}"},
        {"/$defs/case/enum", "{\"fields\":{\"a\":{\"case\":\"%s\"}}}"},
        {"/$defs/field/properties/pick/enum", "{\"fields\":{\"a\":{\"pick\":\"%s\"}}}"},
        {"/$defs/field/properties/position/items/enum",
         "{\"fields\":{\"a\":{\"position\":[\"%s\"]}}}"},
        {"/$defs/region/properties/pages/enum",
         "{\"fields\":{\"a\":{\"region\":{\"pages\":\"%s\"}}}}"},
    };
    const cJSON *word;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        const cJSON *list = json_at(document, words[i].list);
        g_assert_cmpint(cJSON_GetArraySize(list), >, 2);
        cJSON_ArrayForEach(word, list)
        {
            g_autofree char *text = g_strdup_printf(words[i].format, word->valuestring);
            g_autoptr(cJSON) template = json_parse(text, strlen(text), NULL);
            if (!compiles(template))
                g_error("the compiler refuses %s", text);
        }
    }
}

/* Every property says what it is for: editors show it. */
static void assert_described(const cJSON *node, const char *name)
{
    const cJSON *child;
    const cJSON *properties = cJSON_GetObjectItemCaseSensitive(node, "properties");
    cJSON_ArrayForEach(child, properties)
    {
        const char *ref = json_string(child, "$ref", NULL);
        const cJSON *target = ref ? json_at(document, ref + 1) : NULL;
        if (!json_string(child, "description", NULL) && !json_string(target, "description", NULL))
            g_error("%s of %s has no description", child->string, name);
    }
    if (properties && cJSON_IsObject(properties))
        g_assert_true(cJSON_HasObjectItem(node, "additionalProperties"));
}

static void test_described(void)
{
    const cJSON *definition;
    const cJSON *definitions = cJSON_GetObjectItemCaseSensitive(document, "$defs");
    assert_described(document, "the template");
    cJSON_ArrayForEach(definition, definitions)
    {
        assert_described(definition, definition->string);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    const char *source = g_getenv("DOCKET_SOURCE");
    g_autofree char *path =
        g_build_filename(source ? source : ".", "schemas", "template.schema.json", NULL);
    g_autoptr(GError) error = NULL;
    document = json_load(path, &error);
    g_assert_no_error(error);
    schema = schema_compile(document, NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/template-schema/cases", test_cases);
    g_test_add_func("/template-schema/keys", test_keys);
    g_test_add_func("/template-schema/words", test_words);
    g_test_add_func("/template-schema/described", test_described);
    int result = g_test_run();
    schema_free(schema);
    cJSON_Delete(document);
    return result;
}
