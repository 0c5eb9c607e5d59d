const paths = {
  plus: "M8 3v10M3 8h10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.5-1.5L14 14",
  pencil: "m10.5 3 2.5 2.5L5.5 13 2.5 13.5 3 10.5 10.5 3Z",
  trash: "M2.5 4.5h11M6 4.5V3h4v1.5m-6 0 .6 8.5h6.8l.6-8.5",
  cross: "m4 4 8 8m0-8-8 8",
  up: "M8 13V3.5M4 7.5l4-4 4 4",
  down: "M8 3v9.5m-4-4 4 4 4-4",
  calendar: "M2.5 4h11v9.5h-11ZM2.5 7h11M5.5 2.5V5m5-2.5V5",
  list: "M6 4h7.5M6 8h7.5M6 12h7.5M2.5 4h.01M2.5 8h.01M2.5 12h.01",
  flag: "M4 14V2.5m0 .5h8l-2 2.75L12 8.5H4",
  inbox: "M2.5 9.5 4.3 3.5h7.4l1.8 6v3.5h-11Zm0 0h3.2c.3 1.2 1.1 1.8 2.3 1.8s2-.6 2.3-1.8h3.2",
  today: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.2m0 10.6v1.2M1.5 8h1.2m10.6 0h1.2M3.4 3.4l.85.85m7.5 7.5.85.85m0-9.2-.85.85m-7.5 7.5-.85.85",
  tag: "M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8ZM5.5 5.5h.01",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  check: "m3 8.5 3.2 3.2L13 5",
  saving: "M13 8a5 5 0 1 1-1.5-3.5M13 2v3h-3",
  offline: "M5 12.5h6.3a2.7 2.7 0 0 0 .5-5.35 3.8 3.8 0 0 0-5.4-2.9M5 12.5a2.9 2.9 0 0 1-.6-5.7M2.5 2.5l11 11",
  warning: "M8 2.5 14 13H2Zm0 4v3m0 1.7h.01",
  arrow: "M3 8h9.5m-4-4 4 4-4 4",
  command: "M9 2 4 9h3.5L7 14l5-7H8.5L9 2Z",
  circle: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z",
  grip: "M6 4h.01M6 8h.01M6 12h.01M10 4h.01M10 8h.01M10 12h.01",
  note: "M3 4.5h10M3 8h10M3 11.5h6",
  chevron: "m6 3.5 4.5 4.5L6 12.5",
} as const;

/** A decorative icon, next to a text or in a button with an accessible name. */
export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
