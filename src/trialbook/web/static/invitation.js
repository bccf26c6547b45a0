// The code of a link stands behind the # of its address, where no server and no Referer sees it: it is put into the form and taken out of the address.
"use strict";
const take = () => {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  document.getElementById("code").value = code;
  document.getElementById("typed").hidden = true;
  document.getElementById("go-on")?.remove();
  history.replaceState(null, "", location.pathname);
};
take();
addEventListener("hashchange", take); // the link opened once more in a page that is open already
