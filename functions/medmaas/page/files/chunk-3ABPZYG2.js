function n(e,t){try{return t.find(r=>r===localStorage.getItem(e))}catch{return}}function o(e,t){try{t?localStorage.setItem(e,t):localStorage.removeItem(e)}catch{}}export{n as a,o as b};
