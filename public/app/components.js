/**
 * Alpine components, by the names that templates use in x-data. The CSP build evaluates single expressions only, so
 * everything that takes a statement lives here.
 */
export function registerComponents(Alpine) {
  Alpine.data("flash", () => ({
    is_open: true,
    close() {
      this.is_open = false;
    },
  }));

  /** Counts from data-started-at (ISO instant), once a second. */
  Alpine.data("timer", () => ({
    elapsed: "0:00",
    init() {
      const startedAt = Date.parse(this.$el.dataset.startedAt);
      const tick = () => (this.elapsed = clock(Math.max(0, Date.now() - startedAt)));
      tick();
      this.interval = setInterval(tick, 1000);
    },
    destroy() {
      clearInterval(this.interval);
    },
  }));

  /** Says how many files were picked, or the name of the one. */
  Alpine.data("file_pick", () => ({
    label: "",
    init() {
      this.label = this.$root.dataset.label;
    },
    update() {
      const { files } = this.$el;
      const { label } = this.$root.dataset;
      this.label = files.length === 0 ? label : files.length === 1 ? files[0].name : `${label}: ${files.length}`;
    },
  }));
}

function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
