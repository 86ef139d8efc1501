using System.Buffers;
using Etcdserverpb;
using Google.Protobuf;
using Kv.Infrastructure.Storage;
using EtcdKeyValue = Mvccpb.KeyValue;

namespace Kv.Benchmarks.Storage;

/// <summary>
/// The answers of an etcd in which every key has the same value, as bytes, built without an allocation.
/// </summary>
internal sealed class EtcdAnswers
{
    // TxnRequest.success, TxnResponse.responses, RequestOp.request_range: field numbers of etcd's rpc.proto.
    private const int Success = 2;
    private const byte ResponsesTag = (3 << 3) | 2;
    private const int RequestRange = 1;

    private readonly ArrayBufferWriter<byte> _answer = new(1024 * 1024);
    private readonly byte[] _start;
    private readonly byte[] _range;
    private readonly byte[] _put;
    private readonly byte[] _rangeResponse;
    private readonly byte[] _putResponse;
    private readonly byte[] _lease = new LeaseGrantResponse().ToByteArray();

    public EtcdAnswers(StoreKey key, byte[] value)
    {
        var header = new ResponseHeader { ClusterId = 1, MemberId = 2, Revision = 43, RaftTerm = 3 };
        var range = new RangeResponse { Header = header, Count = 1 };
        range.Kvs.Add(new EtcdKeyValue
        {
            Key = ByteString.CopyFrom(key.Span),
            Value = ByteString.CopyFrom(value),
            CreateRevision = 41,
            ModRevision = 42,
            Version = 2,
        });
        _start = new TxnResponse { Header = header, Succeeded = true }.ToByteArray();
        _range = range.ToByteArray();
        _put = new PutResponse { Header = header }.ToByteArray();
        var inner = new ResponseHeader { Revision = header.Revision };
        range.Header = inner;
        _rangeResponse = new ResponseOp { ResponseRange = range }.ToByteArray();
        _putResponse = new ResponseOp { ResponsePut = new PutResponse { Header = inner } }.ToByteArray();
    }

    /// <summary>The answer to a call; it holds until the next one.</summary>
    public ReadOnlyMemory<byte> To(string method, ReadOnlySpan<byte> request) => method switch
    {
        "Range" => _range,
        "Put" => _put,
        "Txn" => ToTransaction(request),
        "LeaseGrant" => _lease,
        _ => throw new NotSupportedException(method),
    };

    private ReadOnlyMemory<byte> ToTransaction(ReadOnlySpan<byte> request)
    {
        _answer.ResetWrittenCount();
        _answer.Write(_start);
        while (request.Length > 0)
        {
            var tag = Varint(ref request);
            var length = Varint(ref request);
            if (tag >> 3 != Success)
                throw new NotSupportedException("Such a transaction is not answered here.");
            Write(request[0] >> 3 == RequestRange ? _rangeResponse : _putResponse);
            request = request[length..];
        }
        return _answer.WrittenMemory;
    }

    private void Write(byte[] response)
    {
        var start = _answer.GetSpan(8);
        start[0] = ResponsesTag;
        var written = 1;
        var length = response.Length;
        for (; length > 0x7F; length >>= 7)
            start[written++] = (byte)(length | 0x80);
        start[written++] = (byte)length;
        _answer.Advance(written);
        _answer.Write(response);
    }

    private static int Varint(ref ReadOnlySpan<byte> bytes)
    {
        var (value, shift, read) = (0, 0, 0);
        while (true)
        {
            var next = bytes[read++];
            value |= (next & 0x7F) << shift;
            shift += 7;
            if (next < 0x80)
                break;
        }
        bytes = bytes[read..];
        return value;
    }
}
