import type { MetadataRoute } from "next";

/** Makes the application installable. */
export default function manifest(): MetadataRoute.Manifest {
  return {
    id: "/tasks",
    name: "Tasknook",
    short_name: "Tasknook",
    description: "A private task list.",
    start_url: "/tasks",
    scope: "/",
    display: "standalone",
    // `--ground` in theme.css. The pages set the color of the dark theme.
    theme_color: "#fcfcfa",
    background_color: "#fcfcfa",
    icons: [
      { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
      { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  };
}
