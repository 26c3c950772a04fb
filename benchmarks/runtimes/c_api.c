/* Runs signatures of a SavedModel by TensorFlow's C interface: no Python, no C++, no generated code.

     cc -I TENSORFLOW/include c_api.c -o c_api -L TENSORFLOW -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
       -Wl,-rpath,TENSORFLOW
     ./c_api EXPORT/saved_model IN OUT

   TENSORFLOW is the folder of Python's package of that name, which has headers and library. A graph calls its tensors
   otherwise than a signature does: which is which stands in the SavedModel, whose few fields are read here by hand.

   IN holds calls, OUT gets an answer for each. A line of words comes before what is binary:

     call SIGNATURE REPEATS INPUTS           then so many tensors
     outputs COUNT                           then so many tensors; of a call that is not repeated
     seconds COUNT                           then so many doubles, a call each; of one that is
     error SENTENCE
     tensor NAME TYPE BYTES RANK SIZE ...    then its bytes; of a text, each with its length before it, a uint64 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"

#define MOST 64      /* inputs or outputs of a signature, and sizes of a tensor */
#define LONGEST 0.15 /* seconds in which calls are repeated, after one that is not counted */

/* ---- What a SavedModel says of its signatures: protocol buffers, read field by field. ---- */

typedef struct {
  const uint8_t *at, *end;
} Part;

enum { SIGNATURES = 5, INPUTS = 1, OUTPUTS = 2, KEY = 1, VALUE = 2, TENSOR_NAME = 1 };

static uint64_t number(Part *part) {
  uint64_t found = 0;
  for (int shift = 0; part->at < part->end && shift < 64; shift += 7) {
    uint8_t byte = *part->at++;
    found |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) break;
  }
  return found;
}

/* Takes the next field of a message; returns its number, or 0 at the end. `value` is empty where it is no message. */
static int next(Part *message, Part *value) {
  if (message->at >= message->end) return 0;
  uint64_t tag = number(message), length = 0;
  switch (tag & 7) {
    case 0: number(message); break;
    case 1: length = 8; break;
    case 2: length = number(message); break;
    default: length = 4;
  }
  if (length > (uint64_t)(message->end - message->at)) length = message->end - message->at;
  *value = (Part){message->at, message->at + length};
  message->at += length;
  return (int)(tag >> 3);
}

static int is(Part part, const char *text) {
  return (size_t)(part.end - part.at) == strlen(text) && !memcmp(part.at, text, strlen(text));
}

/* Takes the next entry of a message's map; returns whether there is one. */
static int entry(Part *message, int map, Part *key, Part *value) {
  Part pair, part;
  for (int field; (field = next(message, &pair));) {
    if (field != map) continue;
    *key = *value = (Part){pair.at, pair.at};
    while ((field = next(&pair, &part))) *(field == KEY ? key : value) = part;
    return 1;
  }
  return 0;
}

static int find(Part message, int map, const char *name, Part *value) {
  for (Part key; entry(&message, map, &key, value);)
    if (is(key, name)) return 1;
  return 0;
}

/* Returns a tensor of the graph, such as "serving_default_x:0", whose name is a field of a signature's tensor. */
static TF_Output place(TF_Graph *graph, Part tensor) {
  char name[512] = "";
  Part value;
  for (int field; (field = next(&tensor, &value));)
    if (field == TENSOR_NAME) snprintf(name, sizeof name, "%.*s", (int)(value.end - value.at), (const char *)value.at);
  char *colon = strrchr(name, ':');
  if (colon) *colon = 0;
  return (TF_Output){TF_GraphOperationByName(graph, name), colon ? atoi(colon + 1) : 0};
}

/* ---- Tensors in files. ---- */

static void ends(const char *sentence) {
  fprintf(stderr, "%s\n", sentence);
  exit(1);
}

static void *taken(FILE *in, size_t bytes) {
  void *found = malloc(bytes + 1);
  if (!found || fread(found, 1, bytes, in) != bytes) ends("IN ends too early: write it again.");
  return found;
}

static TF_Tensor *tensor_in(FILE *in, char *name) {
  int type, rank;
  size_t bytes, count = 1;
  int64_t sizes[MOST];
  if (fscanf(in, "tensor %255s %d %zu %d", name, &type, &bytes, &rank) != 4 || rank > MOST) ends("IN is damaged.");
  for (int i = 0; i < rank; i++) {
    if (fscanf(in, "%ld", &sizes[i]) != 1) ends("IN is damaged.");
    count *= sizes[i];
  }
  fgetc(in);
  char *data = taken(in, bytes);
  TF_Tensor *made = TF_AllocateTensor(type, sizes, rank, type == TF_STRING ? count * sizeof(TF_TString) : bytes);
  if (type != TF_STRING) memcpy(TF_TensorData(made), data, bytes);
  const char *at = data;
  for (size_t i = 0; type == TF_STRING && i < count; i++) {
    TF_TString *text = (TF_TString *)TF_TensorData(made) + i;
    uint64_t length;
    memcpy(&length, at, sizeof length);
    TF_StringInit(text);
    TF_StringCopy(text, at + sizeof length, length);
    at += sizeof length + length;
  }
  free(data);
  return made;
}

static void tensor_out(FILE *out, Part name, TF_Tensor *tensor) {
  size_t count = TF_TensorElementCount(tensor), bytes = TF_TensorByteSize(tensor);
  const TF_TString *texts = TF_TensorData(tensor);
  int is_text = TF_TensorType(tensor) == TF_STRING;
  if (is_text) {
    bytes = count * sizeof(uint64_t);
    for (size_t i = 0; i < count; i++) bytes += TF_StringGetSize(texts + i);
  }
  fprintf(out, "tensor %.*s %d %zu %d", (int)(name.end - name.at), (const char *)name.at, TF_TensorType(tensor), bytes,
          TF_NumDims(tensor));
  for (int i = 0; i < TF_NumDims(tensor); i++) fprintf(out, " %ld", TF_Dim(tensor, i));
  fputc('\n', out);
  if (!is_text) fwrite(TF_TensorData(tensor), 1, bytes, out);
  for (size_t i = 0; is_text && i < count; i++) {
    uint64_t length = TF_StringGetSize(texts + i);
    fwrite(&length, sizeof length, 1, out);
    fwrite(TF_StringGetDataPointer(texts + i), 1, length, out);
  }
}

/* ---- Calls. ---- */

typedef struct {
  TF_Session *session;
  TF_Graph *graph;
  Part about;
} Model;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

/* Answers one call: its words are read, its tensors follow in IN. */
static void answer(Model model, FILE *in, FILE *out, const char *signature, int repeats, int inputs) {
  TF_Output fed[MOST], fetched[MOST];
  TF_Tensor *given[MOST], *found[MOST] = {0};
  Part names[MOST], about, tensor;
  int outputs = 0, is_known = find(model.about, SIGNATURES, signature, &about);
  for (int i = 0; i < inputs; i++) {
    char name[256];
    given[i] = tensor_in(in, name);
    is_known = is_known && find(about, INPUTS, name, &tensor);
    if (is_known) fed[i] = place(model.graph, tensor);
  }
  for (Part left = about; is_known && outputs < MOST && entry(&left, OUTPUTS, &names[outputs], &tensor);)
    fetched[outputs++] = place(model.graph, tensor);

  TF_Status *status = TF_NewStatus();
  if (!is_known) TF_SetStatus(status, TF_NOT_FOUND, "the SavedModel has no such signature or input");
  double seconds[MOST + 1], sum = 0;
  int calls = 0;
  do {
    double start = now();
    for (int i = 0; i < outputs; i++)
      if (found[i]) TF_DeleteTensor(found[i]), found[i] = NULL;
    if (is_known)
      TF_SessionRun(model.session, NULL, fed, given, inputs, fetched, found, outputs, NULL, 0, NULL, status);
    seconds[calls] = now() - start;
    sum += calls ? seconds[calls] : 0;
  } while (TF_GetCode(status) == TF_OK && ++calls <= repeats && sum < LONGEST);

  if (TF_GetCode(status) != TF_OK) {
    fprintf(out, "error %.*s\n", (int)strcspn(TF_Message(status), "\n"), TF_Message(status));
  } else if (repeats) {
    fprintf(out, "seconds %d\n", calls - 1);
    fwrite(seconds + 1, sizeof *seconds, calls - 1, out);
  } else {
    fprintf(out, "outputs %d\n", outputs);
    for (int i = 0; i < outputs; i++) tensor_out(out, names[i], found[i]);
  }
  for (int i = 0; i < outputs; i++)
    if (found[i]) TF_DeleteTensor(found[i]);
  for (int i = 0; i < inputs; i++) TF_DeleteTensor(given[i]);
  TF_DeleteStatus(status);
}

int main(int count, char **words) {
  if (count != 4) ends("Type c_api EXPORT/saved_model IN OUT.");
  const char *tags[] = {"serve"};
  TF_Status *status = TF_NewStatus();
  TF_Buffer *about = TF_NewBuffer();
  Model model = {.graph = TF_NewGraph()};
  TF_SessionOptions *options = TF_NewSessionOptions();
  model.session = TF_LoadSessionFromSavedModel(options, NULL, words[1], tags, 1, model.graph, about, status);
  if (TF_GetCode(status) != TF_OK) ends(TF_Message(status));
  model.about = (Part){about->data, (const uint8_t *)about->data + about->length};

  FILE *in = fopen(words[2], "rb"), *out = fopen(words[3], "wb");
  if (!in || !out) ends("IN cannot be read or OUT cannot be written.");
  char signature[256];
  for (int repeats, inputs; fscanf(in, "call %255s %d %d ", signature, &repeats, &inputs) == 3;) {
    if (inputs > MOST || repeats >= MOST) ends("IN is damaged.");
    answer(model, in, out, signature, repeats, inputs);
  }
  return fclose(out) != 0;
}
