/** A title in quotation marks, shortened to 60 characters. */
export function quoted(title: string): string {
  const letters = [...title];
  return `“${letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : title}”`;
}
