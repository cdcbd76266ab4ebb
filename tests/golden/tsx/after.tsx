import * as React from 'react';

interface Props {
  title: string;
}

export const Title = ({ title }: Props): JSX.Element => <h1 className="headline">{title}</h1>;

export default function Page<T,>(props: Props) {
  return <>
      <Title title={props.title} />
      text
    </>
}
