/**
 * The app's Home tab.
 */
import { get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { fill, h } from "./dom.js";
import { botAvatar } from "./people.js";
import { env, store } from "./store.js";

const values = {};

/** Draw the app's Home for this person into `root`; `opened` tells the app that it was opened. */
export async function drawHome(root, opened) {
  if (opened) await post("home/open", { as: store.as, tab: "home" });
  const answer = await get("home", { as: store.as });
  if (!root.isConnected) return;
  const view = answer.view;
  const key = JSON.stringify([store.as, view]);
  if (root.dataset.key === key) return;
  root.dataset.key = key;
  if (!view) {
    fill(
      root,
      h(
        "div",
        { class: "empty" },
        botAvatar(56),
        h("h2", {}, `${store.state.bot.name} has not written a Home yet`),
        h("p", {}, "It appears here as soon as the app publishes it."),
      ),
    );
    return;
  }
  const ctx = {
    env: env(),
    values,
    surface: "home",
    act: (action) => post("action", { as: store.as, view_id: view.id, action, state: { values } }),
    suggest: (wish) => post("suggest", { as: store.as, view_id: view.id, ...wish }),
  };
  const scroll = root.scrollTop;
  fill(root, h("div", { class: "home", data: { viewId: view.id } }, blocks(view.blocks, ctx)));
  root.scrollTop = scroll;
}
