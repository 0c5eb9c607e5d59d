import { createClient, Problem, Unreachable } from "tasknook-client";

const { TASKNOOK_URL = "http://localhost:8000", TASKNOOK_USER = "alice", TASKNOOK_TOKEN = "" } = process.env;

const api = createClient({
  baseUrl: TASKNOOK_URL,
  userId: TASKNOOK_USER,
  // Of `tasknook token --user alice`, for example.
  fetchToken: async () => TASKNOOK_TOKEN,
});

try {
  const milk = await api.create({ title: "Buy milk", tags: ["shop"] });
  await api.create({ title: "Read a book" });
  await api.complete(milk, true);
  for await (const { completed, title } of api.all({ sort: "title" })) console.log(completed ? "[x]" : "[ ]", title);
  await api.remove(milk);
  console.log((await api.list()).tasks.length, "task left");
  await api.create({ title: "" });
} catch (error) {
  if (error instanceof Problem) console.log(`${error.code}: ${error.of("title") ?? error.message}`);
  else if (error instanceof Unreachable) console.log(error.message);
  else throw error;
  process.exitCode = 1;
}
