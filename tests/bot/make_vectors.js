// Makes vectors.json with three npm packages that share no code with us:
//   npm install wechat-crypto@0.0.2 @wecom/crypto@1.0.1 wechat-encrypt@1.1.1 && node make_vectors.js
const WXCrypto = require('wechat-crypto'); const wecom = require('@wecom/crypto'); const Enc = require('wechat-encrypt');
const token='pamtest', key='abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', appid='wxb11529c136998cb6';
const ts='1714112445', nonce='415670741';
const s=n=>'x'.repeat(n);
const xml='<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><FromUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></FromUserName><CreateTime>1714112445</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[北运河边有黑水🌊 a]]]]><![CDATA[>b & <c>]]></Content><MsgId>24536478234567891</MsgId></xml>';
const plain=[s(1),s(11),s(12),s(27),s(28),s(31),s(32),s(33),s(63),s(64),s(500),xml];
const out={how:'node make_vectors.js, see there', made_with:{}, token, encoding_aes_key:key, app_id:appid, timestamp:ts, nonce, pushes:[]};
for (const p of ['wechat-crypto','@wecom/crypto','wechat-encrypt']) out.made_with[p]=require('./node_modules/'+p+'/package.json').version;
const a=new WXCrypto(token,key,appid), c=new Enc({appId:appid,encodingAESKey:key,token});
for (const m of plain){
  let e=a.encrypt(m); out.pushes.push({by:'wechat-crypto',plaintext:m,encrypt:e,msg_signature:a.getSignature(ts,nonce,e)});
  e=wecom.encrypt(key,m,appid); out.pushes.push({by:'@wecom/crypto',plaintext:m,encrypt:e,msg_signature:wecom.getSignature(token,ts,nonce,e)});
  e=c.encode(m); out.pushes.push({by:'wechat-encrypt',plaintext:m,encrypt:e,msg_signature:c.genSign({timestamp:ts,nonce,encrypt:e})});
}
// byte-exact: what our own sealing must produce from these sixteen characters
out.replies=plain.map((m,i)=>{const r=(0x707722b803182950n+BigInt(i)).toString(16); const e=wecom.encrypt(key,m,appid,Buffer.from(r)); 
 const ok=a.decrypt(e).message===m && c.decode(e)===m; if(!ok) throw m.length;
 return {random:r,plaintext:m,encrypt:e,msg_signature:wecom.getSignature(token,ts,nonce,e)}});
require('fs').writeFileSync('vectors.json',JSON.stringify(out,null,1)+'\n');
