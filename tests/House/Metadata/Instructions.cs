using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace OrleansSale.Tests.House.Metadata;

/// <summary>Finds what a method's body points to.</summary>
internal static class Instructions
{
    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => unchecked((ushort)code.Value), code => code.OperandType);

    /// <summary>The types, methods and fields named in the body.</summary>
    public static IEnumerable<EntityHandle> TokensIn(byte[] body)
    {
        for (var at = 0; at < body.Length;)
        {
            ushort code = body[at++];
            if (code == 0xFE) code = (ushort)(0xFE00 | body[at++]);
            var operand = Operands[code];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok
                or OperandType.InlineType)
                yield return (EntityHandle)MetadataTokens.Handle(ReadInt32(body, at));
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * ReadInt32(body, at)),
                _ => 4,
            };
        }
    }

    private static int ReadInt32(byte[] body, int at) => BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at));
}
