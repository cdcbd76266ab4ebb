defmodule My.Mod do
  @moduledoc "x"
  use GenServer
  import Enum, only: [map: 2]
  alias A.B, as: C
  @timeout 9000
  defstruct [:a, :b]
  @doc "d"
  @spec run(integer) :: integer
  def run(x) when x > 0, do: x
  def run(x, y \\ 1) do
    y + x
  end
  defp secret, do: 1
  defmacro m(x) do
    quote do: unquote(x)
  end
  defmodule Inner do
    def f, do: 1
    def h(a), do: f() + a
  end
  defimpl P, for: A do
    def g(x),
      do: x
  end
end
defprotocol P do
  def g(x)
end
test "y" do
  assert 1
end
