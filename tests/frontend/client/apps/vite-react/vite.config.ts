import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const { BETTER_AUTH_URL = "http://localhost:3000", TASKNOOK_URL = "http://localhost:8000" } = process.env;

// Better Auth and the API on this origin, for `vite` and `vite preview`.
const proxy = {
  "/api/auth": BETTER_AUTH_URL,
  "/backend": { target: TASKNOOK_URL, rewrite: (path: string) => path.replace("/backend", "") },
};

export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } });
