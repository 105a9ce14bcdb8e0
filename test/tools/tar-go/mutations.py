# SPDX-License-Identifier: Apache-2.0
# Writes tars, most of them malformed, each behind its length: mutations.py SEED COUNT.
import random,struct,sys
R=random.Random(int(sys.argv[1])); N=int(sys.argv[2])
out=sys.stdout.buffer
names=[b'config.dump',b'spec.dump',b'./config.dump',b'a',b'a/',b'dir/',b'dir',b'../up',b'/abs',b'x'*100,b'y'*99+b'/',b'',b'./',b'\xc3\xa9',b'\xff\xfe',b'a/b/c',b'GNUSparseFile.0/x',b'n'*60,b'checkpoint/pages-1.img',b'a\nb']
def ch(*ws):
    t=sum(w for w,_ in ws); r=R.random()*t
    for w,v in ws:
        r-=w
        if r<0: return v() if callable(v) else v
    v=ws[-1][1]; return v() if callable(v) else v
def octf(v,n): return (b'%0*o'%(n-1,v))[:n-1]+b'\0'
def b256(v,n):
    b=(v & ((1<<(8*n))-1)).to_bytes(n,'big'); b=bytearray(b); b[0]|=0x80; return bytes(b)
def numf(v,n):
    return ch((30,lambda:octf(v,n)),(1,lambda:b256(v,n)),(1,lambda:(b'%*o'%(n-1,v))[:n-1]+b' '),(1,lambda:(b'%o'%v).ljust(n,b' ')[:n]),
      (1,lambda:(b'%o'%v).ljust(n,b'\0')[:n]),(.5,lambda:(b'%0*o'%(n,v))[:n]),(.5,lambda:(b'\0 %o\0 '%v).ljust(n,b'\0')[:n]))
def badnum(n):
    return ch((1,lambda:b'-1'.ljust(n,b'\0')),(1,lambda:b'9'*n),(1,lambda:bytes(R.randrange(256) for _ in range(n))),(1,lambda:b'12 3'.ljust(n,b'\0')),
      (1,lambda:b'12\0003'.ljust(n,b'\0')),(1,lambda:b'\0'*n),(1,lambda:b' '*n),(1,lambda:b'\xff'*n),(1,lambda:b'\x80'+b'\0'*(n-1)),
      (1,lambda:b256(R.choice([-1,-5,1<<53,(1<<53)-1,1<<62,(1<<63)-1,-(1<<62),1<<40]),n)),(1,lambda:b'+7'.ljust(n,b'\0')),(1,lambda:b'0x7'.ljust(n,b'\0')),
      (1,lambda:b'7'*n),(1,lambda:b'1_0'.ljust(n,b'\0')),(1,lambda:b'\xbf'+b'\xff'*(n-1)),(1,lambda:b'\xc0'+b'\0'*(n-1)))
def seal(h,kind=None):
    kind=kind or ch((40,'u'),(2,'s'),(1,'w'),(1,'f'))
    h=bytearray(h); h[148:156]=b' '*8
    u=sum(h); s=sum(c if c<128 else c-256 for c in h)
    if kind=='u': f=b'%06o\0 '%u
    elif kind=='s': f=(b'%06o\0 '%s) if s>=0 else b256(s,8)
    elif kind=='w': f=b'%06o\0 '%(u+1)
    else: f=R.choice([b'%o'%u,b' %o '%u,b'%07o\0'%u,b'%08o'%u,b'%06o x'%u,b'%o\0 9'%u,b'%06o\0\xff'%u, b'  %o'%u]).ljust(8,b'\0')[:8]
    h[148:156]=f[:8].ljust(8,b'\0')
    return bytes(h)
MAG=[b'ustar\x0000',b'ustar  \0',b'\0'*8,b'ustar \x0000',b'ustar\0 \0',b'ustar  0',b'ustar\x0001',b'USTAR\x0000']
def header(name,typ,size,link=b'',magic=None,sparse=None,sizefield=None,odd=.04,sealkind=None):
    h=bytearray(512)
    h[0:100]=name[:100].ljust(100,b'\0')
    m=magic if magic is not None else ch((10,MAG[0]),(6,MAG[1]),(2,MAG[2]),(2,lambda:R.choice(MAG)))
    h[100:108]=numf(R.choice([0o644,0o755,0o100644,0]),8); h[108:116]=numf(R.choice([0,1000,65534]),8); h[116:124]=numf(R.choice([0,1000]),8)
    h[124:136]=sizefield or numf(size,12); h[136:148]=numf(R.choice([0,1700000000,1]),12)
    h[156:157]=typ; h[157:257]=link[:100].ljust(100,b'\0'); h[257:265]=m
    if R.random()<.5: h[265:297]=b'root'.ljust(32,b'\0'); h[297:329]=R.choice([b'root',b'g'*32,b'']).ljust(32,b'\0')
    if R.random()<.3: h[329:337]=numf(8,8); h[337:345]=numf(1,8)
    if R.random()<.2: h[345:500]=R.choice([b'pre',b'p'*155,b'a/b',b'q'*131,b'\xc3\xa9',b'14524770400',b'\0pre',b'12\0x']).ljust(155,b'\0')
    if R.random()<.08: h[345:357]=numf(1700000000,12); h[357:369]=R.choice([numf(5,12),b'x'*12,b'\0'*12])
    if R.random()<.08: h[508:512]=b'tar\0'
    if R.random()<.03: h[476:488]=numf(5,12); h[488:500]=R.choice([badnum(12),numf(7,12)])
    if sparse:
        h[386:386+len(sparse[0])]=sparse[0]; h[482]=sparse[1]; h[483:495]=sparse[2]; 
    while R.random()<odd:
        o,n=R.choice([(100,8),(108,8),(116,8),(124,12),(136,12),(329,8),(337,8),(345,12),(357,12)]); h[o:o+n]=badnum(n)
    if R.random()<odd/2: h[R.randrange(512)]=R.randrange(256)
    return seal(h,sealkind)
def pad(b): return b+b'\0'*(-len(b)%512)
def body(n): return pad(bytes(R.randrange(256) for _ in range(min(n,40)))*(n//40+1))[:n+(-n%512)] if n else b''
def data(n):
    n=min(n,3000000) if n<1<<20 else 700
    b=(bytes(R.randrange(256) for _ in range(min(n,40)))*(n//40+1))[:n]; return pad(b)
def rec(k,v):
    n=len(k)+len(v)+3; L=n+len(str(n)); 
    while len(str(L))+n!=L: L=len(str(L))+n
    return b'%d %s=%s\n'%(L,k,v)
def badrec():
    return R.choice([b'5 a=\n',b'4 a=\n',b'6 a=b\n',b'+6 a=\n',b'006 a=\n',b'1000 path=x\n',b'8 path=x\n',b'\n',b'x',b'5 =x\n',b'7 path\n',b'0 a=b\n',b'99999999999999999999 a=b\n',b'-6 a=b\n',b'6  a=b',b'\0'*5,b'9 a=b\0c\n\n',rec(b'a\0b',b'c'),rec(b'path',b'a\0b'),rec(b'comment',b'a\0b'),rec(b'uname',b'\0'),rec(b'linkpath',b'\0x'),rec(b'size',b'1\0'),b'   ',b'6 a=b\n '])
nums=[b'0',b'1',b'5',b'512',b'513',b'+5',b'-1',b'-0',b'007',b'',b'x',b'9223372036854775807',b'9223372036854775808',b'1.5',b'1_0',b' 5',b'5 ']
times=[b'0',b'1700000000',b'1.5',b'-1.5',b'1.',b'.5',b'',b'1.123456789123',b'-0.1',b'1.x',b'+1.5',b'1.5.5',b'9007199254740993',b'1e3']
def anyrec(sz=None):
    return ch((4,lambda:rec(b'path',R.choice(names+[b'new/name',b'p'*300]))),(2,lambda:rec(b'linkpath',R.choice(names))),
     (3,lambda:rec(b'size',str(sz).encode() if sz is not None and R.random()<.7 else R.choice(nums))),
     (1,lambda:rec(R.choice([b'uid',b'gid']),R.choice(nums))),(2,lambda:rec(R.choice([b'mtime',b'atime',b'ctime']),R.choice(times))),
     (1,lambda:rec(R.choice([b'uname',b'gname']),R.choice([b'me',b'',b'\xff',b'u'*40]))),(1,lambda:rec(b'comment',b'v')),
     (1,lambda:rec(b'SCHILY.xattr.user.a',R.choice([b'v',b'',b'\0']))),(1,lambda:rec(b'LIBARCHIVE.xattr.user.a',b'dg==')),
     (1.5,lambda:rec(R.choice([b'GNU.sparse.name',b'GNU.sparse.size',b'GNU.sparse.realsize',b'GNU.sparse.major',b'GNU.sparse.minor',b'GNU.sparse.map',b'GNU.sparse.numblocks',b'GNU.sparse.offset',b'GNU.sparse.numbytes']),R.choice([b'0',b'1',b'',b'x',b'5',b'0,5',b'0,1,2,3',b'600',b'-1',b'+1',b'config.dump']))),
     (.6,badrec))
def xh(t=b'x',recs=None,sz=None):
    recs=recs if recs is not None else b''.join(anyrec(sz) for _ in range(ch((5,1),(3,2),(1,3),(1,0),(.5,6))))
    f=ch((30,lambda:None),(1,lambda:numf(max(0,len(recs)-1),12)),(1,lambda:numf(len(recs)+1,12)),(.3,lambda:badnum(12)))
    return header(b'PaxHeaders/x',t,len(recs),sizefield=f,odd=.01)+pad(recs)
def longn(t):
    s=ch((6,lambda:R.choice(names)+b'\0'),(2,lambda:R.choice(names)),(1,b''),(1,b'\0'),(1,lambda:b'ab\0cd\0'),(1,lambda:b'L'*R.choice([100,101,511,512,513,2000])),(1,lambda:b'd/\0'))
    return header(b'././@LongLink',t,len(s),magic=R.choice([MAG[1],MAG[1],MAG[0],MAG[2]]),odd=.01)+pad(s)
def regular():
    n=R.choice([0,0,1,5,511,512,513,600,1024])
    t=ch((20,b'0'),(4,b'\0'),(3,b'5'),(1,b'1'),(2,b'2'),(.5,b'3'),(.5,b'4'),(.5,b'6'),(1,b'7'),(.5,b'X'),(.5,b'S'),(.3,b'V'),(.3,b'D'),(.3,b'M'),(.3,b'N'),(.2,b'A'),(.2,b'Z'),(.2,b'\xff'))
    keep=t not in (b'1',b'2',b'3',b'4',b'5',b'6') or R.random()<.2
    if not keep: n=R.choice([0,0,0,n])
    f=ch((40,lambda:None),(1,lambda:badnum(12)),(1,lambda:numf(R.choice([n+1,n+512,100000,max(0,n-1)]),12)))
    return header(R.choice(names),t,n,link=R.choice([b'',b'target',b'../../x',b'l'*100]),sizefield=f)+(data(n) if keep or R.random()<.5 else b'')
def ext(maxn=5,unit=1):
    pos=0; es=[]
    for _ in range(R.randrange(maxn+1)):
        off=pos+R.choice([0,0,1,512,100]); ln=R.choice([0,1,5,512,600]); es.append((off,ln)); pos=off+ln
    size=pos+R.choice([0,0,1,512,1000])
    if R.random()<.12 and es:
        i=R.randrange(len(es)); o,l=es[i]; es[i]=R.choice([(o-1,l),(o+1,l),(o,l+1),(o,max(0,l-1)),(-1,l),(1<<62,l),(o,1<<62),(0,0)])
    return es,size,sum(l for _,l in es)
def oldsparse():
    es,size,st=ext(R.choice([2,4,5,26,50])); 
    if R.random()<.1: st=max(0,st+R.choice([-1,1,512,-512]))
    if R.random()<.05: size=R.choice([0,max(0,size-1),size+1])
    def ents(l,k):
        b=b''
        for o,n in l: b+=(b256(o,12) if o<0 or o>=1<<33 or R.random()<.05 else octf(o,12))+(b256(n,12) if n<0 or n>=1<<33 else octf(n,12))
        if R.random()<.03: b=b[:12]+badnum(12)+b[24:]
        return b[:24*k].ljust(24*k,b'\0')
    cut=R.choice([4,4,4,3,0]); first=es[:cut]; rest=es[cut:]
    blocks=b''
    while rest:
        k=R.choice([21,21,21,10]); part=rest[:k]; rest=rest[k:]
        blocks+=ents(part,21)+bytes([1 if rest else 0])+b'\0'*7
    if not es[cut:] and R.random()<.1: blocks=b'\0'*512
    more=1 if blocks else 0
    if R.random()<.04: more=R.choice([0,1,2,255])
    h=header(R.choice(names),b'S',st,magic=ch((20,MAG[1]),(1,MAG[0]),(1,MAG[2])),sparse=(ents(first,4),more,numf(size,12) if R.random()<.97 else badnum(12)),odd=.02)
    return h+blocks+data(st)
def paxsparse():
    v=R.choice(['00','01','10','10']); es,size,st=ext(R.choice([1,3,5,60 if v=='10' else 5]))
    if R.random()<.08: st=max(0,st+R.choice([-1,1,512,-512]))
    recs=[]; pre=b''
    S=lambda i: str(i).encode()
    if v!='00' or R.random()<.5:
        if not (v!='10' and R.random()<.5):
            recs+= [rec(b'GNU.sparse.major',R.choice([v[0].encode()]*12+[b'2',b'',b'01'])),rec(b'GNU.sparse.minor',R.choice([v[1].encode()]*12+[b'1',b'',b'x']))]
    if R.random()<.7: recs.append(rec(b'GNU.sparse.name',R.choice(names)))
    if R.random()<.93: recs.append(rec(R.choice([b'GNU.sparse.size',b'GNU.sparse.realsize']),S(size) if R.random()<.95 else R.choice(nums)))
    if v!='10':
        if R.random()<.95: recs.append(rec(b'GNU.sparse.numblocks',S(len(es)) if R.random()<.95 else R.choice(nums)))
        if v=='01': recs.append(rec(b'GNU.sparse.map',b','.join(S(o)+b','+S(l) for o,l in es)+(b'' if R.random()<.96 else R.choice([b',',b',5',b'x',b',,']))))
        else:
            for o,l in es:
                recs.append(rec(b'GNU.sparse.offset',S(o) if R.random()<.98 else R.choice(nums+[b'1,2'])))
                if R.random()<.98: recs.append(rec(b'GNU.sparse.numbytes',S(l)))
    else:
        lines=[S(len(es))]+[S(x) for e in es for x in e]
        if R.random()<.1: lines[R.randrange(len(lines))]=R.choice(nums+[b'0'*600+b'5',b'-5',b'1'*30])
        pre=b'\n'.join(lines)+b'\n'
        if R.random()<.05: pre=pre[:-1]
        pre+=R.choice([b'\0',b'\0',b'\n',b'9'])*(-len(pre)%512) if R.random()<.97 else b''
        if R.random()<.03: pre+=b'\0'*512
    if R.random()<.1: R.shuffle(recs)
    if R.random()<.1: recs.append(anyrec())
    n=len(pre)+st
    if R.random()<.03: n=R.choice([len(pre)//2,len(pre),n-1 if n else 0])
    return xh(b'x',b''.join(recs))+header(R.choice(names),R.choice([b'0']*12+[b'\0',b'5',b'S',b'2',b'7']),n,odd=.02)+data(0 if not n else 0)+(pad(pre+bytes(R.randrange(256) for _ in range(min(st,40)))*(min(st,1<<20)//40+1))[:n+(-n%512)] if n else b'')
def one():
    b=b''
    for _ in range(ch((3,1),(4,2),(3,3),(1,6))):
        b+=ch((8,regular),(3,lambda:xh()+regular()),(2,lambda:longn(b'L')+regular()),(1,lambda:longn(b'K')+regular()),(1,lambda:longn(b'L')+longn(b'K')+regular()),
          (1,lambda:xh()+longn(R.choice([b'L',b'K']))+regular()),(1,lambda:longn(R.choice([b'L',b'K']))+xh()+regular()),(1,lambda:xh()+xh()+regular()),
          (1,lambda:xh(b'g')+regular()),(1,lambda:xh()+xh(b'g')+regular()),(.5,lambda:longn(b'L')+xh(b'g')+regular()),(.5,lambda:xh(b'X')+regular()),
          (2.5,oldsparse),(4,paxsparse),(.5,lambda:longn(b'L')+paxsparse()),(.3,lambda:b'\0'*512),(.2,lambda:b'\0'*1024),(.3,lambda:R.choice([longn(b'L'),xh()])),(.2,lambda:bytes(R.randrange(256) for _ in range(512))))
    b+=ch((10,b'\0'*1024),(2,b''),(2,b'\0'*512),(1,b'\0'*10240),(1,lambda:b'\0'*1024+regular()),(.5,lambda:b'\0'*512+regular()),(.5,lambda:b'\0'*512+b'x'*R.randrange(600)),(.5,lambda:b'\0'*R.randrange(1024)))
    if R.random()<.12: b=b[:R.randrange(len(b)+1)]
    if R.random()<.1 and len(b)>=512:
        i=R.randrange(len(b)//512)*512; h=bytearray(b[i:i+512])
        for _ in range(R.choice([1,1,3])): h[R.randrange(512)]=R.choice([0,32,48,255,R.randrange(256)])
        b=b[:i]+seal(h,'u')+b[i+512:]
    return b
for _ in range(N):
    b=one(); out.write(struct.pack('<I',len(b))+b)
