using System.Text;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Judgement.Wire;

/// <summary>Answers as a server would write them.</summary>
internal static class Answers
{
    /// <summary>One with this body.</summary>
    public static WireAnswer Of(int status, string body, string headers = "")
    {
        var answer = new WireAnswer();
        var bytes =
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");
        bytes.CopyTo(answer.Space());
        answer.Added(bytes.Length).ShouldBeTrue();
        return answer;
    }
}
