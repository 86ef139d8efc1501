using System.Buffers;
using Grpc.Core;

namespace Kv.Benchmarks.Storage;

/// <summary>A message on its way out, in a buffer that is used again.</summary>
internal sealed class Outgoing : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024 * 1024);

    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    public void Clear() => _buffer.ResetWrittenCount();

    public override void SetPayloadLength(int payloadLength)
    {
    }

    public override IBufferWriter<byte> GetBufferWriter() => _buffer;

    public override void Complete()
    {
    }

    public override void Complete(byte[] payload) => _buffer.Write(payload);
}

/// <summary>A message that has come in.</summary>
internal sealed class Incoming : DeserializationContext
{
    public ReadOnlyMemory<byte> Payload { get; set; }

    public override int PayloadLength => Payload.Length;

    public override byte[] PayloadAsNewBuffer() => Payload.ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(Payload);
}
