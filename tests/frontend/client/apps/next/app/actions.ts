"use server";

import { refresh } from "next/cache";

import { currentClient } from "@/lib/tasknook";

export async function addTask(form: FormData): Promise<void> {
  const api = await currentClient();
  await api.create({ title: String(form.get("title")) });
  refresh();
}
