/** The lane console: where the page begins. */

import { render } from "preact";
import { Desk } from "./desk";
import "./style/base.css";
import "./style/desk.css";
import "./style/lane.css";
import "./style/paper.css";
import { App } from "./ui/App";

const place = document.getElementById("page");
if (place) {
  const desk = new Desk();
  render(<App desk={desk} />, place);
  void desk.start();
}
