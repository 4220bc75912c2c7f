/** Keeps one broken screen from taking the app with it. What was saved stays saved. */
import { Component, type ComponentChildren } from 'preact';

interface Props {
  readonly children: ComponentChildren;
  /** Where we are: another place starts anew. */
  readonly place: string;
  readonly fallback: (retry: () => void) => ComponentChildren;
}

export class Boundary extends Component<Props, { failed: boolean; place: string }> {
  override state = { failed: false, place: this.props.place };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override componentDidUpdate(): void {
    if (this.state.place !== this.props.place) this.setState({ failed: false, place: this.props.place });
  }

  override componentDidCatch(error: unknown): void {
    reportError(error);
  }

  render() {
    return this.state.failed ? this.props.fallback(() => this.setState({ failed: false })) : this.props.children;
  }
}
